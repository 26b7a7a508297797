import { createHash, hash } from 'node:crypto';

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/**
 * Version of a piece of content: equal content has an equal version on every replica and after every restart. 96 bits
 * are far beyond accidental collisions, and short enough for logs and for one per resource on the wire.
 */
export function contentVersion(data: string | Uint8Array): string {
  return sha256Hex(data).slice(0, 24);
}

/** Content version of several pieces; the same pieces cut differently give another version. */
export function combinedVersion(parts: Iterable<string>): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(`${part.length}:`).update(part);
  return digest.digest('hex').slice(0, 24);
}
