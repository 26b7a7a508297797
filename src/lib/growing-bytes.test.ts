import { describe, expect, it } from 'vitest';
import { GrowingBytes } from './growing-bytes.ts';

describe('GrowingBytes', () => {
  it('holds what came, in order, whatever the pieces', () => {
    const text = 'The quick brown fox. '.repeat(100);
    for (const size of [1, 3, 255, 256, 257, 5_000]) {
      const bytes = new GrowingBytes();
      for (let at = 0; at < text.length; at += size) bytes.append(Buffer.from(text.slice(at, at + size)));
      expect(bytes.length).toBe(text.length);
      expect(bytes.view().toString()).toBe(text);
    }
  });

  it('lets go of what was taken', () => {
    const bytes = new GrowingBytes();
    bytes.append(Buffer.from('one'));
    const taken = bytes.take();
    bytes.append(Buffer.from('two'));
    expect([taken.toString(), bytes.take().toString(), bytes.length]).toEqual(['one', 'two', 0]);
  });

  it('is empty once cleared', () => {
    const bytes = new GrowingBytes();
    bytes.append(Buffer.from('one'));
    bytes.clear();
    bytes.append(Buffer.from('2'));
    expect(bytes.view().toString()).toBe('2');
  });

  it('takes a million tiny pieces in no time', () => {
    const bytes = new GrowingBytes();
    const piece = Buffer.from('x');
    for (let i = 0; i < 1_000_000; i++) bytes.append(piece);
    expect(bytes.length).toBe(1_000_000);
  }, 2_000);
});
