/** `media`: pictures, sound and the like, in which nobody looks for texts. `text`: everything else that may be one. */
export type BodyKind = 'events' | 'json' | 'media' | 'text';

const events = /^\s*text\/event-stream\s*(?:;|$)/i;
const json = /^\s*(?:application|text)\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const media = /^\s*(?:image|audio|video|font)\//i;

export function bodyKind(contentType: string | undefined): BodyKind {
  if (contentType === undefined) return 'text';
  if (events.test(contentType)) return 'events';
  if (json.test(contentType)) return 'json';
  return media.test(contentType) ? 'media' : 'text';
}

export type Encoding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** The one encoding of a body; undefined: none; `unknown`: several, or one that nobody here can read. */
export function encodingOf(header: string | undefined): Encoding | 'unknown' | undefined {
  const name = header?.trim().toLowerCase() ?? '';
  switch (name) {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return 'gzip';
    case 'deflate':
    case 'br':
    case 'zstd':
      return name;
    default:
      return 'unknown';
  }
}

/** A stream would have to be decoded as it comes, which cannot be done at once. */
export function isReadable(kind: BodyKind, header: string | undefined): boolean {
  const encoding = encodingOf(header);
  return encoding === undefined || (kind === 'json' && encoding !== 'unknown');
}
