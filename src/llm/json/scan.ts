import type { JsonLimits } from './limits.ts';

/** Where a member of the outermost object stands. `end` is behind its value; commas belong to neither. */
export interface Member {
  readonly name: string;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

export type ScanProblem =
  | { readonly kind: 'syntax'; readonly at: number }
  | { readonly kind: 'not an object' }
  | { readonly kind: 'too deep'; readonly at: number }
  | { readonly kind: 'too many members' }
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
 * bytes. Strings are skipped with a native search, since prompts are mostly string.
 */
export function scanObject(bytes: Buffer, limits: JsonLimits, members: Member[]): ScanProblem | undefined {
  let at = skipBlanks(bytes, 0);
  if (bytes[at] !== openBrace) return { kind: 'not an object' };
  // One entry per open object or array: the names seen so far in an object, nothing for an array.
  const open: (NameSet | undefined)[] = [new NameSet()];
  let count = 0;
  let isNameExpected = true;
  let start = 0;
  let valueStart = 0;
  let name = '';
  at++;
  while (at < bytes.length) {
    at = skipBlanks(bytes, at);
    const byte = bytes[at];
    const names = open[open.length - 1];
    if (isNameExpected && byte === quote) {
      const end = stringEnd(bytes, at);
      if (end === -1) return { kind: 'syntax', at };
      if (++count > limits.members) return { kind: 'too many members' };
      const text = nameAt(bytes, at, end);
      if (text === undefined) return { kind: 'syntax', at };
      if (names !== undefined && !names.add(text)) return { kind: 'duplicate key', name: text, at };
      const separator = skipBlanks(bytes, end);
      if (bytes[separator] !== colon) return { kind: 'syntax', at: separator };
      isNameExpected = false;
      if (open.length === 1) {
        name = text;
        start = at;
        valueStart = skipBlanks(bytes, separator + 1);
      }
      at = separator + 1;
      continue;
    }
    switch (byte) {
      case quote: {
        const end = stringEnd(bytes, at);
        if (end === -1) return { kind: 'syntax', at };
        at = end;
        break;
      }
      case openBrace:
      case openBracket:
        if (open.length >= limits.depth) return { kind: 'too deep', at };
        open.push(byte === openBrace ? new NameSet() : undefined);
        isNameExpected = byte === openBrace;
        at++;
        break;
      case closeBrace:
      case closeBracket:
        if ((byte === closeBrace) !== (names !== undefined)) return { kind: 'syntax', at };
        if (open.length === 1) {
          if (name !== '' || start !== 0) members.push({ name, start, valueStart, end: trimmedEnd(bytes, at) });
          const rest = skipBlanks(bytes, at + 1);
          return rest === bytes.length ? undefined : { kind: 'syntax', at: rest };
        }
        open.pop();
        isNameExpected = false;
        at++;
        break;
      case comma:
        if (open.length === 1) {
          members.push({ name, start, valueStart, end: trimmedEnd(bytes, at) });
          start = 0;
          name = '';
        }
        isNameExpected = names !== undefined;
        at++;
        break;
      default:
        // A number, a literal, or something JSON.parse will refuse.
        if (byte === undefined) return { kind: 'syntax', at };
        at++;
    }
  }
  return { kind: 'syntax', at: bytes.length };
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

function skipBlanks(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

function trimmedEnd(bytes: Buffer, from: number): number {
  let end = from;
  for (;;) {
    const byte = bytes[end - 1];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return end;
    end--;
  }
}

/** Behind the closing quote of the string that opens at `at`; -1 if it never closes. */
function stringEnd(bytes: Buffer, at: number): number {
  let end = at;
  for (;;) {
    end = bytes.indexOf(quote, end + 1);
    if (end === -1) return -1;
    let slashes = 0;
    while (bytes[end - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
}

/** A name as the parser will read it: `mod\u0065l` is `model`. */
function nameAt(bytes: Buffer, at: number, end: number): string | undefined {
  const slash = bytes.indexOf(backslash, at + 1);
  if (slash === -1 || slash >= end) return bytes.toString('utf8', at + 1, end - 1);
  try {
    return JSON.parse(bytes.toString('utf8', at, end)) as string;
  } catch {
    return undefined;
  }
}
