import { foldCodePoint } from './code-point.ts';
import { Departures } from './departures.ts';

/** A text as it reads, and where each of its characters comes from. */
export interface Folded {
  readonly text: string;
  /** Original position of what the folded position came from. */
  startOf(index: number): number;
  /** Original position behind what the folded position came from. */
  endOf(index: number): number;
}

/** How many invisible UTF-16 units in a row are seen through. More are a gap that no word spans. */
export const mostHidden = 32;
/** Stands for a longer run of invisible characters. A noncharacter: no text has it. */
export const gapMark = '\uffff';

const beyondAscii = /[^\0-\x7f]/;

/** Of a text, or of what there is of one so far. */
export type TextEnd = 'complete' | 'open';

/**
 * Folds `text` from `from` on. Folding goes character by character: what is appended to a text changes nothing before,
 * except that half a surrogate pair at its end may become a character; `open` leaves that half out.
 */
export function fold(text: string, from = 0, end: TextEnd = 'complete'): Folded {
  const rest = from === 0 ? text : text.slice(from);
  return beyondAscii.test(rest) ? foldUnicode(rest, from, end) : new Plain(rest.toLowerCase(), from);
}

class Plain implements Folded {
  readonly text: string;
  readonly #from: number;

  constructor(text: string, from: number) {
    this.text = text;
    this.#from = from;
  }

  startOf(index: number): number {
    return index + this.#from;
  }

  endOf(index: number): number {
    return index + 1 + this.#from;
  }
}

class Mapped implements Folded {
  readonly text: string;
  readonly #from: number;
  readonly #departures: Departures;

  constructor(text: string, from: number, departures: Departures) {
    this.text = text;
    this.#from = from;
    this.#departures = departures;
  }

  startOf(index: number): number {
    return this.#departures.startOf(index) + this.#from;
  }

  endOf(index: number): number {
    return this.#departures.endOf(index) + this.#from;
  }
}

function foldUnicode(text: string, offset: number, end: TextEnd): Folded {
  let folded = '';
  const departures = new Departures();
  let hidden = 0;
  const length = end === 'open' && isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
  for (let index = 0; index < length; ) {
    const plainEnd = endOfPlain(text, index, length);
    if (plainEnd > index) {
      folded += text.slice(index, plainEnd).toLowerCase();
      index = plainEnd;
      hidden = 0;
      continue;
    }
    const codePoint = text.codePointAt(index) ?? 0;
    const width = codePoint > 0xffff ? 2 : 1;
    let piece = foldCodePoint(codePoint);
    if (piece === '') {
      const isTooLong = hidden <= mostHidden && hidden + width > mostHidden;
      hidden += width;
      piece = isTooLong ? gapMark : '';
    } else hidden = 0;
    departures.add(index, index + width, folded.length, folded.length + piece.length);
    folded += piece;
    index += width;
  }
  return new Mapped(folded, offset, departures);
}

function endOfPlain(text: string, from: number, limit: number): number {
  let index = from;
  while (index < limit) {
    const code = text.charCodeAt(index);
    if (code >= 128 && kinds[code] !== plain && kindOf(code) !== plain) break;
    index++;
  }
  return index;
}

/** Of code units; 0: nobody has asked yet. */
const kinds = new Uint8Array(0x1_0000);
/** Folding leaves it as it is, and so does lower case. */
const plain = 1;
const other = 2;

function kindOf(code: number): number {
  const known = kinds[code];
  if (known !== undefined && known !== 0) return known;
  const character = String.fromCharCode(code);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  const isPlain = !isSurrogate && foldCodePoint(code) === character && character.toLowerCase() === character;
  kinds[code] = isPlain ? plain : other;
  return isPlain ? plain : other;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
