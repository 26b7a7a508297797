import { describe, expect, it } from 'vitest';
import { formatSize, parseSize } from './size.ts';

describe('parseSize', () => {
  it.each([
    ['0B', 0],
    ['512B', 512],
    ['64KiB', 65_536],
    ['1.5MiB', 1_572_864],
    ['20MiB', 20_971_520],
    ['1GiB', 1_073_741_824],
    ['1TiB', 1_099_511_627_776],
  ])('reads %s as %d bytes', (text, bytes) => {
    expect(parseSize(text)).toEqual({ ok: true, value: bytes });
  });

  it.each(['', '20', '20MB', '20M', '20Mi', '20 MiB', '-1B', '20mib', '1e3B'])('refuses %j', (text) => {
    expect(parseSize(text)).toEqual({ ok: false, error: 'is not a size' });
  });

  it('refuses parts of a byte', () => {
    expect(parseSize('0.3KiB')).toEqual({ ok: false, error: 'is not a whole number of bytes' });
  });

  it('refuses what cannot be counted exactly', () => {
    expect(parseSize('999999999TiB')).toEqual({ ok: false, error: 'is too large' });
  });
});

describe('formatSize()', () => {
  it.each([
    [0, '0B'],
    [1_000, '1000B'],
    [1_024, '1KiB'],
    [1_536, '1.5KiB'],
    [1_537, '1537B'],
    [20_971_520, '20MiB'],
    [1_073_741_824, '1GiB'],
  ])('writes %d as %s, which reads the same', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
    expect(parseSize(text)).toEqual({ ok: true, value: bytes });
  });
});
