/**
 * Crockford's alphabet: no i, l, o, u, so that nothing reads like another character or like a word, and upper and lower
 * case mean the same.
 */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** One character of the alphabet, either case, as part of a regular expression. */
export const base32Class = '[0-9a-hjkmnp-tv-zA-HJKMNP-TV-Z]';

/** The first `length` characters of the bytes: five bits each. */
export function base32(bytes: Uint8Array, length: number): string {
  let out = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += alphabet[(value >> bits) & 31];
      if (out.length === length) return out;
    }
  }
  return out;
}
