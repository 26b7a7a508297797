import { describe, expect, it } from 'vitest';
import { base32, base32Class } from './base32.ts';

describe('base32()', () => {
  it('takes five bits for each character, the first ones first', () => {
    expect(base32(Uint8Array.of(0xff, 0x00, 0xff, 0x00, 0xff), 8)).toBe('zw0fy07z');
    expect(base32(Uint8Array.of(0x00, 0x44, 0x32, 0x14, 0xc7), 8)).toBe('01234567');
    expect(base32(Uint8Array.of(0x42, 0x54, 0xb6, 0x35, 0xcf), 5)).toBe('89abc');
  });

  it('uses no character that reads like another one', () => {
    const characters = new Set(Array.from({ length: 256 }, (_, byte) => base32(Uint8Array.of(byte, byte), 3)).join(''));
    expect(characters.size).toBe(32);
    for (const character of characters) {
      expect(character).toMatch(/[^ilou]/);
      expect(character).toMatch(new RegExp(`^${base32Class}$`));
    }
  });
});
