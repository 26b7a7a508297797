import { isJoinedLetter } from './characters.ts';
import { Words, wordsIn } from './words.ts';

export { wordsReach as contextReach } from './words.ts';

const shortestBeginning = 5;
const none: readonly never[] = [];

/** Place of an entity among those whose words an index knows. */
export type ContextPlace = number;

interface Phrase {
  readonly place: ContextPlace;
  readonly parts: readonly string[];
}

interface Beginning {
  readonly place: ContextPlace;
  readonly word: string;
}

/** The words of all entities: a word of a text is looked up once, and not once for each of them. */
export class ContextIndex {
  readonly count: number;
  /** Words with their plural. */
  readonly #words = new Map<string, ContextPlace[]>();
  /** Long enough to be recognised at the beginning of a longer word, by their first letters: `phone` in `phonenumber`. */
  readonly #beginnings = new Map<string, Beginning[]>();
  /** By the first letter. */
  readonly #phrases = new Map<string, Phrase[]>();
  /** Of scripts whose words stand within others: `出生日期` in `您的出生日期是`. */
  readonly #within: { readonly place: ContextPlace; readonly word: string }[] = [];
  /** First characters of all of them, as far as they are ASCII: most words before numbers are numbers. */
  readonly #firsts = new Uint8Array(128);

  /** `sources`: of each entity words and phrases. What stands between words makes no difference. */
  constructor(sources: readonly (readonly string[])[]) {
    this.count = sources.length;
    for (const [place, ofEntity] of sources.entries()) for (const source of ofEntity) this.#add(place, source);
  }

  /** Writes `mark` at the place of every entity one of whose words or phrases begins there. `before`: the last word first. */
  mark(before: readonly string[], at: number, marks: Int32Array, mark: number): void {
    const word = before[at] ?? '';
    const first = word.charCodeAt(0);
    if (first < 128 && this.#firsts[first] === 0) return;
    if (isJoinedLetter(first)) {
      for (const within of this.#within) if (word.includes(within.word)) marks[within.place] = mark;
      return;
    }
    for (const place of this.#words.get(word) ?? none) marks[place] = mark;
    if (word.length >= shortestBeginning) {
      for (const beginning of this.#beginnings.get(firstLetters(word)) ?? none) {
        if (word.startsWith(beginning.word)) marks[beginning.place] = mark;
      }
    }
    for (const { place, parts } of this.#phrases.get(word.charAt(0)) ?? none) {
      if (parts.every((part, offset) => before[at - offset]?.startsWith(part))) marks[place] = mark;
    }
  }

  #add(place: ContextPlace, source: string): void {
    const parts = wordsIn(source);
    const [first = ''] = parts;
    if (first === '') return;
    if (isJoinedLetter(first.charCodeAt(0))) {
      for (const word of parts) this.#within.push({ place, word });
      return;
    }
    this.#firsts[first.charCodeAt(0)] = 1;
    if (parts.length > 1) addTo(this.#phrases, first.charAt(0), { place, parts });
    else {
      addTo(this.#words, first, place);
      addTo(this.#words, `${first}s`, place);
      if (first.length >= shortestBeginning) addTo(this.#beginnings, firstLetters(first), { place, word: first });
    }
  }
}

function firstLetters(word: string): string {
  return word.slice(0, shortestBeginning);
}

function addTo<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** What stands before places in one text. */
export class Context {
  readonly #index: ContextIndex;
  readonly #words: Words;
  /** Of each entity the last place that had one of its words before it. */
  readonly #placeOf: Int32Array;
  #lookedBefore = -1;

  constructor(index: ContextIndex, text: string, field: string | undefined) {
    this.#index = index;
    this.#words = new Words(text, field);
    this.#placeOf = new Int32Array(index.count).fill(-1);
  }

  /** One of the entity's words stands among the last five before `start`. */
  has(start: number, place: ContextPlace): boolean {
    if (this.#lookedBefore !== start) this.#look(start);
    return this.#placeOf[place] === start;
  }

  /** One of the words stands among the last `count`. */
  follows(start: number, words: ReadonlySet<string>, count: number): boolean {
    const before = this.#words.before(start);
    for (let index = 0; index < count; index += 1) if (words.has(before[index] ?? '')) return true;
    return false;
  }

  #look(start: number): void {
    this.#lookedBefore = start;
    const before = this.#words.before(start);
    for (let at = 0; at < before.length; at += 1) this.#index.mark(before, at, this.#placeOf, start);
  }
}
