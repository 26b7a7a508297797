import { fold } from '../folding/fold.ts';
import { isSeparator } from './words.ts';

/** Keywords as a tree of their folded characters. */
export interface Node {
  readonly next: Map<number, Node>;
  /** Behind the separators between two words of a phrase. */
  gap: Node | undefined;
  isEnd: boolean;
}

function emptyNode(): Node {
  return { next: new Map(), gap: undefined, isEnd: false };
}

export interface Tree {
  readonly root: Node;
  /** Folded UTF-16 units of the longest keyword, a gap counted as one. */
  readonly longest: number;
  readonly mostGaps: number;
}

/** What a keyword is compared as; empty: it is made of what nobody sees, and would be everywhere. */
export function foldedKeyword(word: string): string {
  return fold(word.trim()).text.trim();
}

/** Separators around a keyword's text are its own (`--force`); between its words they are flexible. */
export function treeOf(words: readonly string[]): Tree {
  const root = emptyNode();
  let longest = 0;
  let mostGaps = 0;
  for (const word of words) {
    const folded = foldedKeyword(word);
    let node = root;
    let length = 0;
    let gaps = 0;
    for (let index = 0; index < folded.length; length++) {
      const behind = behindSeparators(folded, index);
      if (behind > index && index > 0 && behind < folded.length) {
        node.gap ??= emptyNode();
        node = node.gap;
        index = behind;
        gaps++;
        continue;
      }
      const code = folded.charCodeAt(index);
      const next = node.next.get(code) ?? emptyNode();
      node.next.set(code, next);
      node = next;
      index++;
    }
    if (node !== root) node.isEnd = true;
    longest = Math.max(longest, length);
    mostGaps = Math.max(mostGaps, gaps);
  }
  return { root, longest, mostGaps };
}

function behindSeparators(text: string, index: number): number {
  let behind = index;
  while (behind < text.length && isSeparator(text.charCodeAt(behind))) behind++;
  return behind;
}
