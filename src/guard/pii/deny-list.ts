import type { EntityOptions } from '../entity.ts';
import { comparable } from '../secrets/allowed.ts';
import { type Attempt, codeAt, codeBefore } from './attempt.ts';
import { isWord } from './characters.ts';

interface Node {
  readonly next: Map<number, Node>;
  /** Entity of the value that ends here. */
  entity: string | undefined;
}

/** Values that are always findings, whatever their case and with blanks or hyphens in between. */
export interface DenyList {
  readonly root: Node;
  /** Longest value as it may be written. */
  readonly reach: number;
}

const mostBetween = 2;

export function denyListOf(entities: ReadonlyMap<string, EntityOptions>): DenyList | undefined {
  const root: Node = { next: new Map(), entity: undefined };
  let longest = 0;
  for (const [entity, { deny }] of entities) {
    for (const value of deny.map(comparable)) {
      if (value === '') continue;
      longest = Math.max(longest, value.length);
      let node = root;
      for (let index = 0; index < value.length; index += 1) node = childOf(node, value.charCodeAt(index));
      node.entity ??= entity;
    }
  }
  return longest === 0 ? undefined : { root, reach: longest * (mostBetween + 1) + 1 };
}

function childOf(node: Node, code: number): Node {
  const known = node.next.get(code);
  if (known !== undefined) return known;
  const child: Node = { next: new Map(), entity: undefined };
  node.next.set(code, child);
  return child;
}

export interface Denied {
  readonly end: number;
  readonly entity: string;
}

/** The longest value that begins at `start` and is no part of a longer word. */
export function deniedAt(list: DenyList, attempt: Attempt, start: number): Denied | undefined {
  let node = list.root.next.get(lowerCase(attempt.text.charCodeAt(start)));
  if (node === undefined || (isWord(attempt.text.charCodeAt(start)) && isWord(codeBefore(attempt, start)))) {
    return undefined;
  }
  let found: Denied | undefined;
  for (let at = start + 1; ; at += 1) {
    const isWordEnd = !isWord(attempt.text.charCodeAt(at - 1));
    if (node.entity !== undefined && (isWordEnd || !isWord(codeAt(attempt, at))))
      found = { end: at, entity: node.entity };
    if (node.next.size === 0) return found;
    for (let count = 0; count < mostBetween && isBetween(codeAt(attempt, at)); count += 1) at += 1;
    node = node.next.get(lowerCase(codeAt(attempt, at)));
    if (node === undefined) return found;
  }
}

function isBetween(code: number): boolean {
  return code === 45 || code === 32 || code === 0xa0 || code === 10 || code === 13 || code === 9;
}

function lowerCase(code: number): number {
  if (code < 128) return code >= 65 && code <= 90 ? code + 32 : code;
  const lower = String.fromCharCode(code).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : code;
}
