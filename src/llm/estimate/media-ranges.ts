export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const none: readonly ByteRange[] = [];
/** Shorter ones cost too little as text to look for them. */
const shortest = 1024;
const quote = 0x22;
const samples = 128;

const mediaMember = /"(?:data|url|file_data|image_url|video_url|b64_json|image|audio|bytes|result)"\s*:\s*$/;
const dataUrl = /^data:[^,"]{0,200};base64,/i;

/**
 * Where the body holds pictures, sounds and files in base64: long strings without anything else in them, under a name
 * under which media stand. The name matters: a caller's text is counted, whatever it looks like.
 */
export function mediaRanges(body: Buffer): readonly ByteRange[] {
  if (body.length < shortest) return none;
  let ranges: ByteRange[] | undefined;
  for (let probe = shortest - 1; probe < body.length; ) {
    const found = body.indexOf(quote, probe);
    const end = found === -1 ? body.length : found;
    // Strings that begin behind the last probe are met by the next one if they are long enough.
    const start = body.lastIndexOf(quote, probe === end ? probe - 1 : probe) + 1;
    if (end - start >= shortest && isMedia(body, start, end)) {
      ranges ??= [];
      ranges.push({ start, end });
    }
    probe = Math.max(probe + shortest, end + shortest - 1);
  }
  return ranges ?? none;
}

function isMedia(body: Buffer, start: number, end: number): boolean {
  if (!mediaMember.test(body.toString('latin1', Math.max(0, start - 48), Math.max(0, start - 1)))) return false;
  const head = dataUrl.exec(body.toString('latin1', start, Math.min(end, start + 240)));
  const first = start + (head?.[0].length ?? 0);
  const step = Math.max(1, Math.floor((end - first) / samples));
  for (let at = first; at < end; at += step) if (!isBase64(body[at] ?? 0)) return false;
  return true;
}

function isBase64(byte: number): boolean {
  if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) return true;
  // `+ - / 0…9 = _`, and the backslash before a slash that some encoders escape.
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2f ||
    byte === 0x3d ||
    byte === 0x5f ||
    byte === 0x5c
  );
}
