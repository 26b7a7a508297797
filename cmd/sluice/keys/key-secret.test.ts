import { describe, expect, it } from 'vitest';
import { redactText } from '../../../src/lib/redact.ts';
import { createKeySecret } from './key-secret.ts';

describe('createKeySecret()', () => {
  it('holds all 256 random bits in a fixed length', () => {
    const low = createKeySecret(new Uint8Array(32));
    const high = createKeySecret(new Uint8Array(32).fill(0xff));
    expect(low).toMatch(/^sk-sluice-0{43}[0-9A-Za-z]{6}$/);
    expect(high).toMatch(/^sk-sluice-[0-9A-Za-z]{49}$/);
    const ends = Array.from({ length: 256 }, (_, n) => createKeySecret(new Uint8Array(32).fill(n, 31)));
    expect(new Set(ends).size).toBe(256);
  });

  it('never gives the same twice', () => {
    expect(new Set(Array.from({ length: 200 }, () => createKeySecret())).size).toBe(200);
  });

  // As another implementation of base 62 and CRC-32 has them.
  it.each([
    [new Uint8Array(32), 'sk-sluice-000000000000000000000000000000000000000000009zaHu'],
    [Uint8Array.from(Array(32).keys()), 'sk-sluice-003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0gtPaA'],
  ])('ends with the checksum of what is before it, as scanners compute it', (random, secret) => {
    expect(createKeySecret(random)).toBe(secret);
  });

  it('has a form that logs mask', () => {
    expect(redactText(`got ${createKeySecret()}.`)).toBe('got [masked].');
  });
});
