import { err, ok, type Result } from '../../lib/result.ts';
import { type CostFault, largestWhole } from './node.ts';

export type Token = { readonly at: number } & (
  | { readonly kind: 'int' | 'uint' | 'double'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'word'; readonly value: string }
  | { readonly kind: 'sign'; readonly value: string }
  | { readonly kind: 'end'; readonly value: '' }
);

const blank = /(?:\s|\/\/[^\n]*)+/y;
const double = /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y;
const whole = /(?:0[xX][0-9a-fA-F]+|\d+)[uU]?/y;
const word = /[A-Za-z_]\w*/y;
const text = /([rR]?)(?:"((?:[^"\\\r\n]|\\.)*)"|'((?:[^'\\\r\n]|\\.)*)')/y;
const sign = /<=|>=|==|!=|&&|\|\||[-+*/%<>!?:()[\].,]/y;

/** The words of an expression, as CEL separates them; the last one is its end. */
export function tokensOf(expression: string): Result<readonly Token[], CostFault> {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(expression);
  };
  for (;;) {
    at += take(blank)?.[0].length ?? 0;
    if (at === expression.length) break;
    // A text may begin with the letter r, a number with its point.
    const found = take(text) ?? take(double) ?? take(whole) ?? take(word) ?? take(sign);
    if (found === null) return err({ at, ...unknown(expression.slice(at)) });
    const token = tokenOf(found, expression, at);
    if (!token.ok) return token;
    tokens.push(token.value);
    at += found[0].length;
    if (isNumber(token.value) && /\w/.test(expression[at] ?? ''))
      return err({ at, message: 'a number ends with a letter', remedy: 'write 2, 2u or 2.0' });
  }
  return ok([...tokens, { kind: 'end', value: '', at }]);
}

function tokenOf(found: RegExpExecArray, expression: string, at: number): Result<Token, CostFault> {
  const [all, raw, inDouble, inSingle] = found;
  const quoted = inDouble ?? inSingle;
  if (quoted !== undefined) return textToken(quoted, raw !== '', at);
  if (/^\.?\d/.test(all)) return numberToken(all, expression, at);
  return ok({ kind: /^\w/.test(all) ? 'word' : 'sign', value: all, at });
}

function numberToken(all: string, expression: string, at: number): Result<Token, CostFault> {
  const isDouble = /[.]|^(?!0[xX]).*[eE]/.test(all);
  const isUnsigned = /[uU]$/.test(all);
  const value = Number(isUnsigned ? all.slice(0, -1) : all);
  const isExact = isDouble ? Number.isFinite(value) : value <= largestWhole;
  if (!isExact) {
    return err({ at, message: `${expression.slice(at, at + all.length)} is too large`, remedy: 'write a smaller one' });
  }
  return ok({ kind: isDouble ? 'double' : isUnsigned ? 'uint' : 'int', value, at });
}

function isNumber({ kind }: Token): boolean {
  return kind === 'int' || kind === 'uint' || kind === 'double';
}

const escapes = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g;
const simple: ReadonlyMap<string, string> = new Map([
  ...['\\', "'", '"', '`', '?'].map((same) => [same, same] as const),
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

function textToken(quoted: string, isRaw: boolean, at: number): Result<Token, CostFault> {
  if (isRaw || !quoted.includes('\\')) return ok({ kind: 'text', value: quoted, at });
  let wrong: number | undefined;
  const value = quoted.replace(escapes, (all, x, u, long, octal, letter, offset: number) => {
    const code = octal === undefined ? Number.parseInt(x ?? u ?? long ?? '', 16) : Number.parseInt(octal, 8);
    const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    const character =
      letter === undefined ? (isCharacter ? String.fromCodePoint(code) : undefined) : simple.get(letter);
    if (character === undefined) wrong ??= offset;
    return character ?? all;
  });
  if (wrong === undefined) return ok({ kind: 'text', value, at });
  // Behind the quotation mark.
  return err({ at: at + 1 + wrong, message: 'this stands for no character', remedy: 'write a backslash as \\\\' });
}

function unknown(rest: string): Omit<CostFault, 'at'> {
  const [first = ''] = rest;
  if (first === '"' || first === "'") return { message: 'a text does not end', remedy: `close it with ${first}` };
  if (first === '=') return { message: '= is no operator', remedy: 'compare with ==' };
  if (first === '&' || first === '|') return { message: `${first} is no operator`, remedy: `write ${first}${first}` };
  return { message: `${JSON.stringify(first)} means nothing here`, remedy: 'remove it' };
}
