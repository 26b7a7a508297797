import type { Span } from './span.ts';
import { longestToken, suffixPattern } from './token.ts';

export interface FoundToken extends Span {
  /** Undefined: it looks like a token of this request and is none. */
  readonly value: string | undefined;
}

const backslash = 0x5c;
const underscore = 0x5f;

/** Finds the tokens of one request in what the model answers, in any case and with escaped underscores. */
export class TokenIndex {
  readonly #values: ReadonlyMap<string, string>;
  readonly #sorted: readonly string[];
  readonly #pattern: RegExp;
  /** Whether a character, by its code below 128, begins a token. */
  readonly #begins = new Uint8Array(128);

  /** Tokens in lower case and the values that they stand for. */
  constructor(values: ReadonlyMap<string, string>, labels: ReadonlySet<string>) {
    this.#values = values;
    this.#sorted = [...values.keys()].sort();
    const alternatives = [...labels].map((label) => label.replaceAll('_', '\\\\?_'));
    this.#pattern = new RegExp(`(?:${alternatives.join('|')})${suffixPattern}`, 'gi');
    for (const label of labels) {
      this.#begins[label.charCodeAt(0)] = 1;
      this.#begins[label.toLowerCase().charCodeAt(0)] = 1;
    }
  }

  /** Tokens that are complete, and what looks like one. Suffixes (`…s`, `…'s`) stay outside. */
  find(text: string, from: number): readonly FoundToken[] {
    if (text.indexOf('_', from) < 0) return [];
    const found: FoundToken[] = [];
    this.#pattern.lastIndex = from;
    for (let match = this.#pattern.exec(text); match !== null; match = this.#pattern.exec(text)) {
      const end = match.index + match[0].length;
      const value = this.#values.get(match[0].replaceAll('\\', '').toLowerCase());
      // `A_B_…` may be none where `B_…` is one.
      while (found.at(-1)?.end === end) found.pop();
      found.push({ start: match.index, end, value });
      if (value === undefined) this.#pattern.lastIndex = match.index + 1;
    }
    return found;
  }

  /** Where the longest end of the text starts that is the beginning of an actual token and not all of it. */
  hold(text: string, from: number): number {
    const first = Math.max(from, text.length - longestToken);
    for (let start = first; start < text.length; start++) {
      const code = text.charCodeAt(start);
      if (code < 128 && this.#begins[code] === 1 && this.#isBeginning(text, start)) return start;
    }
    return text.length;
  }

  #isBeginning(text: string, start: number): boolean {
    // The commonest case by far: the first letter of a label inside some word.
    if (text.length - start > 1 && text.charCodeAt(start + 1) < 0x30) return false;
    const beginning = normalise(text, start);
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? '') < beginning) low = middle + 1;
      else high = middle;
    }
    const token = this.#sorted[low];
    return token !== undefined && token.length > beginning.length && token.startsWith(beginning);
  }
}

function normalise(text: string, start: number): string {
  const rest = text.slice(start).toLowerCase();
  if (!rest.includes('\\')) return rest;
  let out = '';
  for (let index = 0; index < rest.length; index++) {
    const isEscape =
      rest.charCodeAt(index) === backslash && (index + 1 === rest.length || rest.charCodeAt(index + 1) === underscore);
    if (!isEscape) out += rest.charAt(index);
  }
  return out;
}
