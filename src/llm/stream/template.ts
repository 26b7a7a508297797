import type { RawEvent } from './raw-event.ts';
import type { Piece } from './shape.ts';

/**
 * An event that was understood, and that is expected again with another text: of a long answer, most are. One that
 * differs in this string alone means the same, so that it need not be parsed.
 */
export interface Template {
  readonly piece: Piece;
  readonly event: object;
  readonly known: Span;
  /** How it goes out, if not as it came. */
  readonly sent: Span;
}

/** Bytes of an event, and where the inside of the string stands. */
export interface Span {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

const probe = '\u0001 is this the text? \u0001';

/**
 * The span of the text of `piece`. None, where the place of the string is not beyond doubt: it is put to the test with
 * another text.
 */
export function spanOf({ bytes, data, dataLines }: RawEvent, piece: Piece): Span | undefined {
  if (data === undefined || dataLines.length !== 4) return undefined;
  const literal = JSON.stringify(piece.text);
  const at = bytes.indexOf(literal);
  if (at === -1 || bytes.indexOf(literal, at + 1) !== -1) return undefined;
  const start = at + 1;
  const end = at + Buffer.byteLength(literal) - 1;
  const [, dataStart = 0, dataEnd = 0] = dataLines;
  if (at < dataStart || end >= dataEnd) return undefined;
  const tested = `${bytes.toString('utf8', dataStart, at)}${JSON.stringify(probe)}${bytes.toString('utf8', end + 1, dataEnd)}`;
  if (valueAt(tested, piece) !== probe) return undefined;
  // A copy of its own: these bytes are a part of much larger ones.
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return { bytes: copy, start, end };
}

/** The text of an event that is otherwise the same; undefined: it is another one, or cannot be read at a glance. */
export function textLike({ bytes: known, start, end }: Span, bytes: Buffer): string | undefined {
  const tail = known.length - end;
  const to = bytes.length - tail;
  if (to < start) return undefined;
  if (bytes.compare(known, 0, start, 0, start) !== 0 || bytes.compare(known, end, known.length, to) !== 0)
    return undefined;
  const inside = bytes.toString('utf8', start, to);
  // What bytes that are no UTF-8 are read as.
  if (inside.includes('\ufffd')) return undefined;
  try {
    return JSON.parse(`"${inside}"`) as string;
  } catch {
    return undefined;
  }
}

export function withText({ bytes, start, end }: Span, inside: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, start), inside, bytes.subarray(end)]);
}

function valueAt(json: string, { path }: Piece): unknown {
  try {
    let value: unknown = JSON.parse(json);
    for (const step of path) value = (value as Readonly<Record<string | number, unknown>>)[step];
    return value;
  } catch {
    return undefined;
  }
}
