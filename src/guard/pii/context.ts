import type { Attempt } from './attempt.ts';
import { isForeignLetter, isLetterOrDigit } from './characters.ts';

/** Characters before a finding in which words are looked for. */
export const contextReach = 96;
const mostWords = 5;
const apostrophe = 39;
const curlyApostrophe = 0x2019;
const shortestPrefix = 5;

/** One of the words stands among the last five before `start`. Phrases are words with a blank between them. */
export function hasContext(attempt: Attempt, start: number, words: readonly string[]): boolean {
  const before = wordsBefore(attempt, start);
  return before.length > 0 && words.some((word) => isAmong(word, before));
}

/** One of the words stands among the last `count`. */
export function followsWord(attempt: Attempt, start: number, words: ReadonlySet<string>, count: number): boolean {
  return wordsBefore(attempt, start)
    .slice(-count)
    .some((word) => words.has(word));
}

function isAmong(word: string, before: readonly string[]): boolean {
  if (!word.includes(' ')) return before.some((other) => isSame(word, other));
  const phrase = word.split(' ');
  return before.some((_, index) => phrase.every((part, offset) => isSame(part, before[index + offset] ?? '')));
}

/** `phone` is seen in `phones` and `phonenumber`; short words stand for themselves and their plural. */
function isSame(word: string, other: string): boolean {
  if (!other.startsWith(word)) return false;
  return other.length === word.length || word.length >= shortestPrefix || other === `${word}s`;
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
  const plain = word.replace(/['’]s?$/, '');
  const isPlain = plain === plain.toLowerCase();
  const found = isPlain ? [plain] : (plain.match(parts) ?? []);
  for (const part of found.reverse()) if (part !== '' && part !== "'") into.push(part.toLowerCase());
}
