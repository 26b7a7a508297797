import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const prefix = 'sk-sluice-';
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base = BigInt(alphabet.length);
const randomLength = 43; // 256 bits
const checksumLength = 6; // 32 bits

/**
 * A new secret: 256 random bits and a checksum. The prefix lets scanners of repositories find leaked keys, and the
 * checksum lets them tell a key from a text that only looks like one.
 */
export function createKeySecret(random: Uint8Array = randomBytes(32)): string {
  const body = prefix + base62(BigInt(`0x${Buffer.from(random).toString('hex')}`), randomLength);
  return body + checksum(body);
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), checksumLength);
}

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= base) text = (alphabet[Number(rest % base)] ?? '') + text;
  return text;
}
