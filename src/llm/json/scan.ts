import { err, ok, type Result } from '../../lib/result.ts';
import type { JsonLimits } from './limits.ts';

/** Where a member of the outermost object stands. `end` is behind its value; commas belong to neither. */
export interface Member {
  readonly name: string;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

export interface Scan {
  /** In the order in which they stand. */
  readonly members: readonly Member[];
  /** A name, at any depth, is spelled with a backslash. */
  readonly hasEscapedName: boolean;
}

export type ScanProblem =
  | { readonly kind: 'syntax'; readonly at: number }
  | { readonly kind: 'not an object' }
  | { readonly kind: 'too deep'; readonly at: number }
  | { readonly kind: 'too many values' }
  | { readonly kind: 'duplicate key'; readonly name: string; readonly at: number };

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * One pass over the structure of a JSON object: where its top-level members stand, how deep it goes, and whether a name
 * occurs twice in one object. Parsers disagree on which of two equal names counts, so a body that has them could mean
 * one thing to a guard and another to a provider.
 *
 * Grammar below that level (numbers, escapes, control characters) is left to `JSON.parse`, which must accept the same
 * bytes. Strings are skipped with a native search, since prompts are mostly string; it runs on a Latin-1 copy, where
 * positions are those of the bytes and a search costs a fraction of `Buffer.indexOf`.
 */
export function scanObject(bytes: Buffer, limits: JsonLimits): Result<Scan, ScanProblem> {
  const members: Member[] = [];
  const text = bytes.toString('latin1');
  let at = skipBlanks(text, 0);
  if (text.charCodeAt(at) !== openBrace) return err({ kind: 'not an object' });
  // One entry per open object or array: the names seen so far in an object, nothing for an array.
  const open: (NameSet | undefined)[] = [new NameSet()];
  let names = open[0];
  // The first value of each object or array, and one for each comma.
  let count = 1;
  let isNameExpected = true;
  let hasMember = false;
  let hasEscapedName = false;
  let start = 0;
  let valueStart = 0;
  let name = '';
  at++;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    switch (code) {
      case quote: {
        const end = stringEnd(text, at);
        if (end === -1) return err({ kind: 'syntax', at });
        if (!isNameExpected || names === undefined) {
          at = end;
          break;
        }
        const isTop = open.length === 1;
        const isEscaped = hasBackslash(text, at, end);
        hasEscapedName ||= isEscaped;
        const read = isEscaped ? decodedName(bytes, at, end) : nameAt(bytes, text, at, end, isTop);
        if (read === undefined) return err({ kind: 'syntax', at });
        if (!names.add(read)) return err({ kind: 'duplicate key', name: read, at });
        const separator = skipBlanks(text, end);
        if (text.charCodeAt(separator) !== colon) return err({ kind: 'syntax', at: separator });
        isNameExpected = false;
        if (isTop) {
          hasMember = true;
          name = read;
          start = at;
          valueStart = skipBlanks(text, separator + 1);
        }
        at = separator + 1;
        break;
      }
      case openBrace:
      case openBracket:
        if (open.length >= limits.depth) return err({ kind: 'too deep', at });
        if (++count > limits.values) return err({ kind: 'too many values' });
        names = code === openBrace ? new NameSet() : undefined;
        open.push(names);
        isNameExpected = code === openBrace;
        at++;
        break;
      case closeBrace:
      case closeBracket:
        if ((code === closeBrace) !== (names !== undefined)) return err({ kind: 'syntax', at });
        if (open.length === 1) {
          if (hasMember) members.push({ name, start, valueStart, end: trimmedEnd(text, at) });
          const rest = skipBlanks(text, at + 1);
          return rest === text.length ? ok({ members, hasEscapedName }) : err({ kind: 'syntax', at: rest });
        }
        open.pop();
        names = open[open.length - 1];
        isNameExpected = false;
        at++;
        break;
      case comma:
        if (++count > limits.values) return err({ kind: 'too many values' });
        if (open.length === 1) {
          if (!hasMember) return err({ kind: 'syntax', at });
          members.push({ name, start, valueStart, end: trimmedEnd(text, at) });
          hasMember = false;
        }
        isNameExpected = names !== undefined;
        at++;
        break;
      default:
        // Blanks, a number, a literal, or something JSON.parse will refuse.
        at++;
    }
  }
  return err({ kind: 'syntax', at: text.length });
}

/** Most objects have a handful of names: comparing a few strings is cheaper than hashing them. */
class NameSet {
  private few: string[] = [];
  private many: Set<string> | undefined;

  add(name: string): boolean {
    if (this.many !== undefined) {
      if (this.many.has(name)) return false;
      this.many.add(name);
      return true;
    }
    if (this.few.includes(name)) return false;
    this.few.push(name);
    if (this.few.length > 12) this.many = new Set(this.few);
    return true;
  }
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

function trimmedEnd(text: string, from: number): number {
  let end = from;
  while (isBlank(text.charCodeAt(end - 1))) end--;
  return end;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Behind the closing quote of the string that opens at `at`; -1 if it never closes. */
function stringEnd(text: string, at: number): number {
  let end = at;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end === -1) return -1;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
}

/** Looks no further than the name: a native search to the end of the body, once per name, would be quadratic. */
function hasBackslash(text: string, at: number, end: number): boolean {
  for (let i = at + 1; i < end - 1; i++) if (text.charCodeAt(i) === backslash) return true;
  return false;
}

/** A name without escapes. One that is kept must not be a part of `text`, which would then live as long as the name. */
function nameAt(bytes: Buffer, text: string, at: number, end: number, isKept: boolean): string {
  let isPart = !isKept;
  for (let i = at + 1; isPart && i < end - 1; i++) isPart = text.charCodeAt(i) < 0x80;
  return isPart ? text.slice(at + 1, end - 1) : bytes.toString('utf8', at + 1, end - 1);
}

/** A name as it is meant: `mod\u0065l` is `model`. */
function decodedName(bytes: Buffer, at: number, end: number): string | undefined {
  try {
    return JSON.parse(bytes.toString('utf8', at, end)) as string;
  } catch {
    return undefined;
  }
}
