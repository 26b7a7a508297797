/** Members that may hold pictures, sounds and files, or where to fetch them. */
const media: ReadonlySet<string> = new Set([
  ...[
    'data',
    'file_data',
    'file_url',
    'image_url',
    'video_url',
    'audio_url',
    'url',
    'result',
    'bytes',
    'image',
    'audio',
  ],
]);

/** Addresses that the provider fetches; no model reads them. */
const addresses: ReadonlySet<string> = new Set(['image_url', 'file_url', 'video_url', 'audio_url', 'input_audio']);

/** Types whose `url` and `data` are pictures, sounds and files. */
const mediaTypes: ReadonlySet<string> = new Set([
  'base64',
  'url',
  'redacted_thinking',
  'reasoning.encrypted',
  'input_audio',
  'output_audio',
]);

export interface Surroundings {
  /** The nearest member's name, and that of the one around its object. */
  readonly member: string;
  readonly around: string | undefined;
  /** The `type` beside it. */
  readonly type: string | undefined;
}

/** Base64, data URLs and addresses of media are not texts. What merely stands where they may stand is read. */
export function isMedia(text: string, { member, around, type }: Surroundings): boolean {
  if (addresses.has(member) || (around !== undefined && addresses.has(around))) return true;
  if (around === 'audio' && member === 'data') return true;
  if (!media.has(member)) return isDataUrl(text) && member !== 'text' && member !== 'content';
  if (isDataUrl(text)) return true;
  if (type !== undefined && mediaTypes.has(type)) return true;
  // Documents as text, and results that are no pictures, are texts however they look.
  if (member === 'url' || type === 'text' || (member === 'result' && type !== 'image_generation_call')) return false;
  return isBase64(text);
}

function isDataUrl(text: string): boolean {
  return /^data:[^,]{0,200};base64,/i.test(text);
}

/** Long and without a blank: nothing that a model could read as it stands. Shorter ones are read to be sure. */
function isBase64(text: string): boolean {
  return text.length >= 256 && /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);
}
