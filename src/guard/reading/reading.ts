import { foldCodePoint } from '../folding/code-point.ts';
import { Departures } from '../folding/departures.ts';
import { gapMark, mostHidden } from '../folding/fold.ts';
import { plainCharacter } from './plain-character.ts';
import { beginsSpelling, longestSpelling, openSpellingIn, spelledOutAt, spellings } from './spelled-out.ts';

/** A text as its readers take it, and where each of its characters comes from. */
export interface Reading {
  readonly text: string;
  /** Up to where the original was read; what follows, in a text that goes on, may become something else. */
  readonly until: number;
  /** Nothing is written otherwise that folding does not undo as well. */
  readonly isFolded: boolean;
  /** Original position of a character. */
  startOf(index: number): number;
  /** Original position behind it. */
  endOf(index: number): number;
  /** The first character that comes from this original position or one behind it. */
  indexOf(position: number): number;
  /** What is written otherwise and contains this position without beginning there. */
  cutAt(position: number): Written | undefined;
}

/** What is written otherwise: positions in the original. */
export interface Written {
  readonly start: number;
  /** Excluded. */
  readonly end: number;
}

/** Of the original, for one character at most: what is not seen before it, and how it is spelled. */
export const longestWritten = mostHidden + longestSpelling;

/** Beyond ASCII and what ordinary texts of Latin-1 have. V8 knows of most texts at once that they have nothing of it. */
const beyond = /[\u00ad\u0100-\uffff]/;

/** What was read last: the detectors of a rule are given the same text one after another. */
let last: { readonly text: string; readonly mayFollow: boolean; readonly reading: Reading | undefined } | undefined;

/**
 * Reads a text in which something is written otherwise: `４`, `&#52;`, `%34` and `\u0034` for 4, and invisible characters
 * in between. Undefined: nothing is, which is nearly always so and told by a search or two. What is appended to a text
 * changes nothing before; `mayFollow` leaves out what is not complete.
 */
export function readingOf(text: string, mayFollow: boolean): Reading | undefined {
  if (last !== undefined && last.mayFollow === mayFollow && last.text === text) return last.reading;
  const reading = read(text, mayFollow);
  last = { text, mayFollow, reading };
  return reading;
}

function read(text: string, mayFollow: boolean): Reading | undefined {
  const until = mayFollow ? completeUntil(text) : text.length;
  const reader = new Reader(text);
  if (isAscii(text) || !beyond.test(text)) readSpellings(text, until, reader);
  else readAll(text, until, reader);
  return reader.isChanged || until < text.length ? reader.finish(until) : undefined;
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

function completeUntil(text: string): number {
  const until = openSpellingIn(text);
  return until === text.length && isHighSurrogate(text.charCodeAt(until - 1)) ? until - 1 : until;
}

function readSpellings(text: string, until: number, reader: Reader): void {
  spellings.lastIndex = 0;
  while (spellings.test(text)) {
    const at = spellings.lastIndex - 1;
    if (at >= until) return;
    const found = spelledOutAt(text, at);
    if (found === undefined) continue;
    reader.isFolded = false;
    reader.take(at, found.end, plainCharacter(found.codePoint));
    spellings.lastIndex = found.end;
  }
}

function readAll(text: string, until: number, reader: Reader): void {
  for (let at = 0; at < until; ) {
    const code = text.charCodeAt(at);
    if (kinds[code] === itself || kindOf(code) === itself) {
      at += 1;
      continue;
    }
    const whole = text.codePointAt(at) ?? code;
    const width = whole > 0xffff ? 2 : 1;
    if (width === 2 && kindOf(whole) === itself) {
      at += 2;
      continue;
    }
    const found = spelledOutAt(text, at);
    const codePoint = found?.codePoint ?? whole;
    const end = found?.end ?? at + width;
    const plain = isDot(text, at, code) ? '.' : plainCharacter(codePoint);
    if (found !== undefined || plain !== text.slice(at, end)) {
      if (found !== undefined || foldCodePoint(codePoint) !== plain.toLowerCase()) reader.isFolded = false;
      reader.take(at, end, plain);
    }
    at = end;
  }
}

/** Of the characters of the first two planes, halves of others among them; 0: nobody has asked yet. */
const kinds = new Uint8Array(0x2_0000);
const itself = 1;
const otherwise = 2;
const ideographicStops = new Set([0x3002, 0xff61]);

function kindOf(code: number): number {
  const known = kinds[code];
  if (known !== undefined && known !== 0) return known;
  const isOther = isLookedAt(code) || plainCharacter(code) !== String.fromCodePoint(code);
  const kind = isOther ? otherwise : itself;
  kinds[code] = kind;
  return kind;
}

function isLookedAt(code: number): boolean {
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return isSurrogate || beginsSpelling(code) || ideographicStops.has(code);
}

/** The stop of a Chinese sentence, where input methods write it between the parts of an address. */
function isDot(text: string, at: number, code: number): boolean {
  return ideographicStops.has(code) && at > 0 && /[A-Za-z0-9]/.test(plainCharacter(text.charCodeAt(at - 1)));
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

class Reader implements Reading {
  text = '';
  until = 0;
  isFolded = true;
  readonly #original: string;
  readonly #departures = new Departures();
  #hidden = 0;

  constructor(original: string) {
    this.#original = original;
  }

  get isChanged(): boolean {
    return this.#departures.count > 0;
  }

  take(start: number, end: number, plain: string): void {
    let read = plain;
    if (plain === '') {
      if (start !== this.until) this.#hidden = 0;
      // A longer run of what is not seen is a gap that no value spans.
      const isTooLong = this.#hidden <= mostHidden && this.#hidden + end - start > mostHidden;
      this.#hidden += end - start;
      if (isTooLong) read = gapMark;
    } else this.#hidden = 0;
    if (this.until < start) this.text += this.#original.slice(this.until, start);
    const place = this.text.length;
    this.text += read;
    this.#departures.add(start, end, place, this.text.length);
    this.until = end;
  }

  finish(until: number): Reading {
    this.text += this.#original.slice(this.until, until);
    this.until = until;
    return this;
  }

  startOf(index: number): number {
    return this.#departures.startOf(index);
  }

  endOf(index: number): number {
    return this.#departures.endOf(index);
  }

  indexOf(position: number): number {
    return this.#departures.indexOf(position);
  }

  cutAt(position: number): Written | undefined {
    return this.#departures.cutAt(position);
  }
}
