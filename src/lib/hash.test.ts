import { describe, expect, it } from 'vitest';
import { combinedVersion, contentVersion, sha256Hex } from './hash.ts';

describe('hashes of content', () => {
  it('are SHA-256, of text as UTF-8 and of bytes alike', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256Hex('abc')).toBe(abc);
    expect(sha256Hex(new Uint8Array([97, 98, 99]))).toBe(abc);
    expect(contentVersion('abc')).toBe(abc.slice(0, 24));
  });

  it('tell apart the same pieces cut differently', () => {
    expect(combinedVersion(['ab', 'c'])).not.toBe(combinedVersion(['a', 'bc']));
    expect(combinedVersion(['ab', 'c'])).toBe(combinedVersion(['ab', 'c']));
    expect(combinedVersion([])).toMatch(/^[0-9a-f]{24}$/);
  });
});
