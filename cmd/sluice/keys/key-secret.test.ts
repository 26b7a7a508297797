import { describe, expect, it } from 'vitest';
import { redactText } from '../../../src/lib/redact.ts';
import { createKeySecret, isKeySecret } from './key-secret.ts';

describe('createKeySecret()', () => {
  it('holds all 256 random bits in a fixed length', () => {
    const low = createKeySecret(new Uint8Array(32));
    const high = createKeySecret(new Uint8Array(32).fill(0xff));
    expect(low).toMatch(/^sk-sluice-0{43}[0-9A-Za-z]{6}$/);
    expect(high).toMatch(/^sk-sluice-[0-9A-Za-z]{49}$/);
    const ends = Array.from({ length: 256 }, (_, n) => createKeySecret(new Uint8Array(32).fill(n, 31)));
    expect(new Set(ends).size).toBe(256);
  });

  it('never gives the same twice, and every one has a right checksum', () => {
    const secrets = Array.from({ length: 200 }, () => createKeySecret());
    expect(new Set(secrets).size).toBe(200);
    expect(secrets.every(isKeySecret)).toBe(true);
  });

  it('has a form that logs mask', () => {
    expect(redactText(`got ${createKeySecret()}.`)).toBe('got [masked].');
  });
});

describe('isKeySecret()', () => {
  it('notices one wrong character anywhere', () => {
    const secret = createKeySecret();
    for (let at = 'sk-sluice-'.length; at < secret.length; at++) {
      const other = secret[at] === 'a' ? 'b' : 'a';
      expect(isKeySecret(secret.slice(0, at) + other + secret.slice(at + 1))).toBe(false);
    }
  });

  it.each(['', 'sk-sluice-', 'sk-proj-abc', `x${createKeySecret()}`, `${createKeySecret()}x`])('refuses %j', (text) => {
    expect(isKeySecret(text)).toBe(false);
  });
});
