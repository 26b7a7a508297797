import { foldCodePoint } from './code-point.ts';

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

/**
 * Folds `text` from `from` on. Folding goes character by character: what is appended to a text changes nothing before,
 * except that half a surrogate pair at its end may become a character; `isOpen` leaves that half out.
 */
export function fold(text: string, from = 0, isOpen = false): Folded {
  const rest = from === 0 ? text : text.slice(from);
  return beyondAscii.test(rest) ? foldUnicode(rest, from, isOpen) : new Plain(rest.toLowerCase(), from);
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
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;

  constructor(text: string, starts: Int32Array, ends: Int32Array) {
    this.text = text;
    this.#starts = starts;
    this.#ends = ends;
  }

  startOf(index: number): number {
    return this.#starts[index] ?? 0;
  }

  endOf(index: number): number {
    return this.#ends[index] ?? 0;
  }
}

function foldUnicode(text: string, offset: number, isOpen: boolean): Folded {
  let folded = '';
  let starts = new Int32Array(text.length + 64);
  let ends = new Int32Array(text.length + 64);
  let hidden = 0;
  const length = isOpen && isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
  for (let index = 0; index < length; ) {
    const plainEnd = endOfAscii(text, index, length);
    if (plainEnd > index) {
      const at = folded.length;
      folded += text.slice(index, plainEnd).toLowerCase();
      if (folded.length > starts.length) {
        starts = grown(starts, folded.length);
        ends = grown(ends, folded.length);
      }
      for (let unit = at; index < plainEnd; unit++, index++) {
        starts[unit] = index + offset;
        ends[unit] = index + 1 + offset;
      }
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
    const at = folded.length;
    folded += piece;
    if (folded.length > starts.length) {
      starts = grown(starts, folded.length);
      ends = grown(ends, folded.length);
    }
    for (let unit = at; unit < folded.length; unit++) {
      starts[unit] = index + offset;
      ends[unit] = index + width + offset;
    }
    index += width;
  }
  return new Mapped(folded, starts, ends);
}

function endOfAscii(text: string, from: number, limit: number): number {
  let index = from;
  while (index < limit && text.charCodeAt(index) < 128) index++;
  return index;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function grown(numbers: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size * 2);
  larger.set(numbers);
  return larger;
}
