import { crc32 } from 'node:zlib';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const checksumLength = 6;

/** Whether the last six characters are the CRC-32 of `token` from `start` up to them, in base 62. */
export function endsInChecksum(token: string, start: number): boolean {
  const end = token.length - checksumLength;
  let rest = crc32(token.slice(start, end));
  let text = '';
  for (let count = 0; count < checksumLength; count += 1) {
    text = (digits[rest % digits.length] ?? '') + text;
    rest = Math.floor(rest / digits.length);
  }
  return text === token.slice(end);
}
