import { hash } from 'node:crypto';

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
  let all = '';
  // In one piece: for thousands of short parts, handing each to the hash takes longer than hashing.
  for (const part of parts) all += `${part.length}:${part}`;
  return contentVersion(all);
}
