/** What a whole JSON body says, whatever its status. `broken`: it is no JSON, most likely because it was cut off. */
export type BodyReading = 'fine' | 'error' | 'broken';

/** A larger one is only looked at where it ends: reading it would hold up everything else, and no error is so long. */
const longestRead = 8 * 1024 * 1024;

export function readBody(bytes: Buffer, most: number = longestRead): BodyReading {
  if (bytes.length > most) return endsLikeJson(bytes) ? 'fine' : 'broken';
  try {
    return isError(JSON.parse(bytes.toString('utf8'))) ? 'error' : 'fine';
  } catch {
    return 'broken';
  }
}

/** `{"error": …}` or `{"type": "error", …}`: what every dialect calls an error. */
export function isError(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('type' in value && value.type === 'error') return true;
  // Finished responses carry `"error": null`, some servers an empty text.
  return 'error' in value && Boolean(value.error);
}

function endsLikeJson(bytes: Buffer): boolean {
  let last = bytes.length - 1;
  while (last >= 0 && (bytes[last] ?? 0) <= 0x20) last--;
  return bytes[last] === 0x7d || bytes[last] === 0x5d;
}
