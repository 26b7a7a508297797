import type { Detector } from '../detector.ts';
import { fold, mostHidden } from '../folding/fold.ts';
import { type Node, treeOf } from './tree.ts';
import { isBoundary, isSeparator, kind, kindAt } from './words.ts';

export interface KeywordOptions {
  readonly name: string;
  /** Words and phrases. What folds to nothing (only white space, only invisible characters) is ignored. */
  readonly words: readonly string[];
}

/** Separators between two words of a phrase: as many characters as are seen through. */
const longestGap = 32;

/**
 * Finds words and phrases as a reader would see them: without regard to case, width, accents, look-alike letters and
 * invisible characters, words of a phrase apart by white space, line breaks or hyphens. From every place where a word
 * begins, the longest keyword that ends where a word ends; keywords may overlap.
 */
export function keywordDetector(options: KeywordOptions): Detector {
  const { root, longest, mostGaps } = treeOf(options.words);
  const leftContext = mostHidden + 1;
  const walk = new Walk(root);
  return {
    streaming: 'incremental',
    leftContext,
    reach: (longest + mostGaps * longestGap) * (mostHidden + 2) + mostHidden + 2,
    scan(text, from, report) {
      const begin = contextBefore(from, leftContext);
      const folded = fold(text, begin);
      for (let index = 0; ; index++) {
        index = walk.nextStart(folded.text, index);
        if (index === -1) return;
        const start = folded.startOf(index);
        if (start < from || walk.from(folded.text, index, true) === 'none') continue;
        const end = folded.endOf(walk.end - 1);
        report({ start, end, entity: options.name, score: 1, validator: undefined });
      }
    },
    hold(text, from, _field, trail) {
      const folded = fold(text, contextBefore(from, leftContext), 'open');
      const found: { readonly start: number; readonly end: number }[] = [];
      for (let index = 0; ; index++) {
        index = walk.nextStart(folded.text, index);
        if (index === -1) break;
        const start = folded.startOf(index);
        if (start < from) continue;
        const outcome = walk.from(folded.text, index, false);
        if (outcome === 'undecided') {
          if (trail !== undefined) trail.isClear = found.length === 0;
          return uncut(found, start);
        }
        if (outcome === 'match') found.push({ start, end: folded.endOf(walk.end - 1) });
      }
      if (trail !== undefined) trail.isClear = found.length === 0;
      const last = text.charCodeAt(text.length - 1);
      return last >= 0xd800 && last <= 0xdbff ? Math.max(from, text.length - 1) : text.length;
    },
  };
}

/** The last place up to `position` that no finding spans. Findings may overlap, and so does what is still open. */
function uncut(findings: readonly { readonly start: number; readonly end: number }[], position: number): number {
  return findings.reduceRight((place, { start, end }) => (end > place ? Math.min(place, start) : place), position);
}

function contextBefore(from: number, leftContext: number): number {
  return Math.max(0, from - leftContext);
}

type Outcome = 'match' | 'none' | 'undecided';

class Walk {
  readonly #root: Node;
  readonly #asciiStarts = new Uint8Array(128);
  #isWhole = true;
  #isUndecided = false;
  /** Behind the keyword found, in the folded text; -1: none. */
  end = -1;

  constructor(root: Node) {
    this.#root = root;
    for (const code of root.next.keys()) if (code < 128) this.#asciiStarts[code] = 1;
  }

  /** Where the next word begins with which a keyword may begin; -1: nowhere. */
  nextStart(text: string, from: number): number {
    for (let index = from; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code < 128 ? this.#asciiStarts[code] === 0 : !this.#root.next.has(code)) continue;
      if (index === 0 || isBoundary(kindAt(text, index - 1), kindAt(text, index))) return index;
    }
    return -1;
  }

  /** `isWhole`: the text ends where it ends; otherwise more may follow. */
  from(text: string, start: number, isWhole: boolean): Outcome {
    this.#isWhole = isWhole;
    this.#isUndecided = false;
    this.end = -1;
    this.#follow(text, start, this.#root);
    if (this.#isUndecided) return 'undecided';
    return this.end === -1 ? 'none' : 'match';
  }

  #follow(text: string, start: number, from: Node): void {
    let node = from;
    for (let index = start; ; index++) {
      if (index >= text.length) {
        this.#finish(text, node, index);
        return;
      }
      if (node.isEnd && index > this.end && this.#isWordEnd(text, index)) this.end = index;
      if (node.gap !== undefined) this.#cross(text, index, node.gap);
      const next = node.next.get(text.charCodeAt(index));
      if (next === undefined) return;
      node = next;
    }
  }

  #finish(text: string, node: Node, index: number): void {
    if (this.#isWhole) {
      if (node.isEnd && index > this.end) this.end = index;
      return;
    }
    // Even a keyword that is complete may be the beginning of a longer word, unless it ends in a sign.
    const isComplete = node.isEnd && node.next.size === 0 && node.gap === undefined;
    if (isComplete && index > this.end && endsInSign(text, index)) this.end = index;
    else this.#isUndecided = true;
  }

  #cross(text: string, from: number, behind: Node): void {
    let index = from;
    const limit = from + longestGap;
    while (index < text.length && index < limit && isSeparator(text.charCodeAt(index))) index++;
    if (index < text.length) {
      if (index > from) this.#follow(text, index, behind);
    } else if (!this.#isWhole) this.#isUndecided = true;
  }

  #isWordEnd(text: string, index: number): boolean {
    return endsInSign(text, index) || isBoundary(kindAt(text, index - 1), kindAt(text, index));
  }
}

function endsInSign(text: string, end: number): boolean {
  return kindAt(text, end - 1) === kind.other;
}
