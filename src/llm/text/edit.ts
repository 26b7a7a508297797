import type { JsonPath } from './leaf.ts';
import { stringEnd } from './nested.ts';

/** A new value for a part of the JSON inside a string; positions are those of the decoded string. */
export interface NestedEdit {
  readonly start: number;
  readonly end: number;
  readonly json: string;
}

/** What happens to a value: replaced by JSON text, or, if it is a string that holds JSON, changed within. */
export interface JsonEdit {
  readonly path: JsonPath;
  readonly to: string | readonly NestedEdit[];
}

interface Node {
  readonly children: Map<string, Node>;
  to: string | NestedEdit[] | undefined;
}

interface Cursor {
  readonly text: string;
  readonly parts: string[];
  copiedTo: number;
  at: number;
}

/**
 * Changes values of valid JSON and leaves every other character as it was. One pass: what no edit is about is skipped.
 * An edit whose path leads nowhere is an error of the program.
 */
export function editJson(text: string, edits: readonly JsonEdit[]): string {
  if (edits.length === 0) return text;
  const cursor: Cursor = { text, parts: [], copiedTo: 0, at: 0 };
  const root = treeOf(edits);
  visit(cursor, root);
  if (hasEdit(root)) throw new Error('an edit of JSON points to a value that is not there');
  cursor.parts.push(text.slice(cursor.copiedTo));
  return cursor.parts.join('');
}

function treeOf(edits: readonly JsonEdit[]): Node {
  const root: Node = { children: new Map(), to: undefined };
  for (const { path, to } of edits) {
    let node = root;
    for (const step of path) {
      const name = String(step);
      let child = node.children.get(name);
      if (child === undefined) {
        child = { children: new Map(), to: undefined };
        node.children.set(name, child);
      }
      node = child;
    }
    if (typeof to === 'string') node.to = to;
    else if (node.to === undefined) node.to = [...to];
    else if (typeof node.to !== 'string') node.to.push(...to);
  }
  return root;
}

function hasEdit(node: Node): boolean {
  return node.to !== undefined || [...node.children.values()].some(hasEdit);
}

function visit(cursor: Cursor, node: Node): void {
  skipBlanks(cursor);
  const { text, at: start } = cursor;
  if (node.to !== undefined) {
    skipValue(cursor);
    const json = typeof node.to === 'string' ? node.to : editNested(text.slice(start, cursor.at), node.to);
    cursor.parts.push(text.slice(cursor.copiedTo, start), json);
    cursor.copiedTo = cursor.at;
    node.to = undefined;
    node.children.clear();
    return;
  }
  const open = text.charCodeAt(start);
  if (open !== 0x7b && open !== 0x5b) {
    skipValue(cursor);
    return;
  }
  cursor.at++;
  for (let index = 0; ; index++) {
    skipBlanks(cursor);
    const code = text.charCodeAt(cursor.at);
    if (code === 0x7d || code === 0x5d || cursor.at >= text.length) break;
    if (code === 0x2c) cursor.at++;
    const child = node.children.get(open === 0x7b ? nameAt(cursor) : String(index));
    if (child === undefined) skipValue(cursor);
    else visit(cursor, child);
  }
  cursor.at++;
}

/** Reads a name and goes behind its colon. */
function nameAt(cursor: Cursor): string {
  skipBlanks(cursor);
  const { text, at } = cursor;
  const end = stringEnd(text, at);
  const raw = text.slice(at, end);
  cursor.at = end;
  skipBlanks(cursor);
  cursor.at++;
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}

function skipValue(cursor: Cursor): void {
  skipBlanks(cursor);
  const { text } = cursor;
  let depth = 0;
  while (cursor.at < text.length) {
    const code = text.charCodeAt(cursor.at);
    if (code === 0x22) cursor.at = stringEnd(text, cursor.at);
    else if (code === 0x7b || code === 0x5b) {
      depth++;
      cursor.at++;
      continue;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
      cursor.at++;
    } else if (depth > 0) {
      cursor.at++;
      continue;
    } else {
      skipScalar(cursor);
      return;
    }
    if (depth === 0) return;
  }
}

function skipScalar(cursor: Cursor): void {
  while (cursor.at < cursor.text.length && !',]} \n\r\t'.includes(cursor.text.charAt(cursor.at))) cursor.at++;
}

function skipBlanks(cursor: Cursor): void {
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    cursor.at++;
  }
}

/** Every unit of a string is spelled by one character or by one escape, so that positions can be counted out. */
function editNested(literal: string, edits: readonly NestedEdit[]): string {
  const sorted = edits.toSorted((a, b) => a.start - b.start);
  const parts: string[] = [];
  let at = 1;
  let unit = 0;
  let copiedTo = 0;
  const goTo = (wanted: number) => {
    for (; unit < wanted; unit++) {
      if (literal.charCodeAt(at) !== 0x5c) at++;
      else at += literal.charCodeAt(at + 1) === 0x75 ? 6 : 2;
    }
  };
  for (const { start, end, json } of sorted) {
    goTo(start);
    parts.push(literal.slice(copiedTo, at), JSON.stringify(json).slice(1, -1));
    goTo(end);
    copiedTo = at;
  }
  parts.push(literal.slice(copiedTo));
  return parts.join('');
}
