import type { Attempt } from './attempt.ts';
import { isDigit, isForeignLetter, isLetterOrDigit, isLower } from './characters.ts';

/** Characters before a finding in which words are looked for. */
export const contextReach = 96;
const mostWords = 5;
const apostrophe = 39;
const curlyApostrophe = 0x2019;
const shortestBeginning = 5;

/** Words and phrases, ready to be looked for. */
export interface ContextWords {
  /** With their plural. */
  readonly words: ReadonlySet<string>;
  /** Long enough to be recognised at the beginning of a longer word, by their first letter: `phone` in `phonenumber`. */
  readonly beginnings: ReadonlyMap<string, readonly string[]>;
  readonly phrases: readonly (readonly string[])[];
}

/** `sources`: words, and phrases with blanks between their words. */
export function contextWords(sources: readonly string[]): ContextWords {
  const phrases = sources
    .map((source) =>
      source
        .toLowerCase()
        .trim()
        .split(/[\s_-]+/),
    )
    .filter(([first]) => first !== '');
  const single = phrases.filter((phrase) => phrase.length === 1).flat();
  const long = single.filter((word) => word.length >= shortestBeginning);
  return {
    words: new Set(single.flatMap((word) => [word, `${word}s`])),
    beginnings: Map.groupBy(long, (word) => word.charAt(0)),
    phrases: phrases.filter((phrase) => phrase.length > 1),
  };
}

/** One of the words stands among the last five before `start`. */
export function hasContext(attempt: Attempt, start: number, context: ContextWords): boolean {
  const before = wordsBefore(attempt, start);
  return (
    before.some((word) => isAmong(word, context)) ||
    context.phrases.some((phrase) =>
      before.some((_, index) => phrase.every((part, offset) => before[index + offset]?.startsWith(part))),
    )
  );
}

function isAmong(word: string, { words, beginnings }: ContextWords): boolean {
  if (words.has(word)) return true;
  return beginnings.get(word.charAt(0))?.some((beginning) => word.startsWith(beginning)) ?? false;
}

/** One of the words stands among the last `count`. */
export function followsWord(attempt: Attempt, start: number, words: ReadonlySet<string>, count: number): boolean {
  return wordsBefore(attempt, start)
    .slice(-count)
    .some((word) => words.has(word));
}

function wordsBefore(attempt: Attempt, start: number): readonly string[] {
  if (attempt.wordsBefore === start) return attempt.words;
  const { text, field } = attempt;
  const first = Math.max(0, start - contextReach);
  const found: string[] = [];
  collect(text, first, start, found);
  if (field !== undefined && start < contextReach && found.length < mostWords) {
    collect(field, Math.max(0, field.length + 1 + start - contextReach), field.length, found);
  }
  attempt.words = found.slice(0, mostWords).reverse();
  attempt.wordsBefore = start;
  return attempt.words;
}

/** Adds the words between `first` and `end`, the last one first. A word that `first` cuts is none. */
function collect(text: string, first: number, end: number, into: string[]): void {
  let at = end;
  while (at > first && into.length < mostWords) {
    while (at > first && !isPart(text.charCodeAt(at - 1))) at -= 1;
    const last = at;
    while (at > first && isPart(text.charCodeAt(at - 1))) at -= 1;
    if (at === last) return;
    if (at === first && first > 0 && isPart(text.charCodeAt(first - 1))) return;
    addParts(text.slice(at, last), into);
  }
}

function isPart(code: number): boolean {
  return isLetterOrDigit(code) || isForeignLetter(code) || code === apostrophe || code === curlyApostrophe;
}

const parts = /\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{L}+|[0-9]+/gu;

/** `cardNumber` is two words, `driver's` is `driver`. */
function addParts(word: string, into: string[]): void {
  if (isPlainWord(word)) {
    into.push(word);
    return;
  }
  const plain = word.replace(/['’]s?$/, '');
  const isPlain = plain === plain.toLowerCase();
  const found = isPlain ? [plain] : (plain.match(parts) ?? []);
  for (const part of found.reverse()) if (part !== '' && part !== "'") into.push(part.toLowerCase());
}

/** Most words are lower case letters alone, and most others are numbers. */
function isPlainWord(word: string): boolean {
  const belongs = isDigit(word.charCodeAt(0)) ? isDigit : isLower;
  for (let at = 0; at < word.length; at += 1) if (!belongs(word.charCodeAt(at))) return false;
  return true;
}
