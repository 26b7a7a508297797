import { isDigit, isForeignLetter, isJoinedLetter, isLetterOrDigit, isLower } from './characters.ts';

/** Characters before a place in which words are looked for. */
export const wordsReach = 96;
const mostWords = 5;
const apostrophe = 39;
const curlyApostrophe = 0x2019;
/** Runs remembered. A power of two above the reach, so that none of those before a place displaces another. */
const remembered = 128;
const none: readonly string[] = [];

/** The words of a phrase in their order, as they are found before a place that it stands before; five at most. */
export function wordsIn(phrase: string): readonly string[] {
  return new Words(phrase, undefined).before(phrase.length).toReversed();
}

/**
 * The last words before places in a text, lower case. What was read for one place is remembered: numbers that follow each
 * other closely have most of the words before them in common.
 */
export class Words {
  readonly #text: string;
  readonly #field: string | undefined;
  #ofField: Words | undefined;
  /** Of runs of letters and digits: where they end, by the lowest bits of that, and where they start. */
  readonly #ends = new Int32Array(remembered).fill(-1);
  readonly #starts = new Int32Array(remembered);
  /** The last word first. */
  readonly #runs: (readonly string[])[] = [];
  readonly #found: string[] = [];
  #foundBefore = -1;

  /** `field`: name of the member that holds the text, as if it stood before it. */
  constructor(text: string, field: string | undefined) {
    this.#text = text;
    this.#field = field;
  }

  /** The last five, the last one first. Good until the next call. */
  before(place: number): readonly string[] {
    const found = this.#found;
    if (this.#foundBefore === place) return found;
    this.#foundBefore = place;
    found.length = 0;
    this.#collect(Math.max(0, place - wordsReach), place, found);
    const field = this.#field;
    if (field === undefined || place >= wordsReach) return found;
    this.#ofField ??= new Words(field, undefined);
    this.#ofField.#collect(Math.max(0, field.length + 1 + place - wordsReach), field.length, found);
    return found;
  }

  /** Adds the words between `first` and `end`. A run that `first` cuts is no word. */
  #collect(first: number, end: number, into: string[]): void {
    const text = this.#text;
    let at = end;
    while (into.length < mostWords) {
      while (at > first && partOf(text.charCodeAt(at - 1)) === 0) at -= 1;
      if (at <= first) return;
      const entry = at & (remembered - 1);
      if (this.#ends[entry] !== at) this.#read(first, at);
      const start = this.#starts[entry] ?? 0;
      if (start < first) return;
      for (const word of this.#runs[entry] ?? none) if (into.length < mostWords) into.push(word);
      at = start;
    }
  }

  /** The run that ends here. Of one that `first` cuts nobody knows how far it goes. */
  #read(first: number, end: number): void {
    const text = this.#text;
    const entry = end & (remembered - 1);
    const part = partOf(text.charCodeAt(end - 1));
    let start = end;
    while (start > first && partOf(text.charCodeAt(start - 1)) === part) start -= 1;
    const isCut = start === first && first > 0 && partOf(text.charCodeAt(first - 1)) === part;
    this.#ends[entry] = isCut ? -1 : end;
    this.#starts[entry] = isCut ? -1 : start;
    this.#runs[entry] = isCut ? none : wordsOf(text.slice(start, end));
  }
}

/** What a run consists of: letters and digits, or signs of scripts whose words may have others before and behind. */
type Part = 0 | 1 | 2;

function partOf(code: number): Part {
  if (isLetterOrDigit(code) || isForeignLetter(code) || code === apostrophe || code === curlyApostrophe) return 1;
  return isJoinedLetter(code) ? 2 : 0;
}

const parts = /\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{L}+|[0-9]+/gu;

/** `cardNumber` is two words, `driver's` is `driver`. The last one first. */
function wordsOf(run: string): readonly string[] {
  if (isPlain(run)) return [run];
  const plain = run.replace(/['’]s?$/, '');
  const found = plain === plain.toLowerCase() ? [plain] : (plain.match(parts) ?? []);
  return found
    .filter((part) => part !== '' && part !== "'")
    .map((part) => part.toLowerCase())
    .reverse();
}

/** Most words are lower case letters alone, and most others are numbers. */
function isPlain(word: string): boolean {
  const belongs = isDigit(word.charCodeAt(0)) ? isDigit : isLower;
  for (let at = 0; at < word.length; at += 1) if (!belongs(word.charCodeAt(at))) return false;
  return true;
}
