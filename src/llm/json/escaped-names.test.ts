import { describe, expect, it } from 'vitest';
import { parseEscapedNames } from './escaped-names.ts';
import { parseBody } from './parse.ts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** A small generator with a seed, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const texts = [
  '',
  'a',
  'messages',
  'm\\u0065s',
  '\\',
  '\\"',
  '"',
  'back\\slash\\',
  'ü',
  '🙂',
  '\n',
  '__proto__',
  '}],',
  '7',
];
const scalars: readonly Json[] = [0, -1.5, 1e21, true, false, null, ...texts];

function tree(next: (below: number) => number, depth: number): Json {
  const kind = depth === 0 ? 0 : next(3);
  if (kind === 0) return scalars[next(scalars.length)] ?? null;
  if (kind === 1) return Array.from({ length: next(4) }, () => tree(next, depth - 1));
  return objectOf(next, depth);
}

function objectOf(next: (below: number) => number, depth: number): { [name: string]: Json } {
  const names = texts.filter(() => next(3) === 0);
  return Object.fromEntries(names.map((name) => [name, tree(next, depth - 1)]));
}

/** The same value as text, with blanks and needless escapes thrown in. */
function spell(value: Json, next: (below: number) => number): string {
  const blank = ['', '', ' ', '\n\t'][next(4)] ?? '';
  if (typeof value === 'string') return blank + spellText(value, next) + blank;
  if (Array.isArray(value)) return `${blank}[${blank}${value.map((item) => spell(item, next)).join(',')}]${blank}`;
  if (typeof value !== 'object' || value === null) return blank + JSON.stringify(value) + blank;
  const members = Object.entries(value).map(
    ([name, item]) => `${blank}${spellText(name, next)}${blank}:${spell(item, next)}`,
  );
  return `${blank}{${blank}${members.join(',')}}${blank}`;
}

function spellText(text: string, next: (below: number) => number): string {
  const units = Array.from({ length: text.length }, (_, index) => {
    const unit = text.charAt(index);
    const isHalf = /[\ud800-\udfff]/.test(unit);
    if (isHalf || next(4) === 0) return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return JSON.stringify(unit).slice(1, -1);
  });
  return `"${units.join('')}"`;
}

describe('parseEscapedNames()', () => {
  it('reads what was written, in 2,000 generated objects', () => {
    const next = random(5);
    for (let round = 0; round < 2_000; round++) {
      const value = objectOf(next, 4);
      const text = spell(value, next);
      const read = parseEscapedNames(text);
      // As text: a comparison of objects would not look at a member called __proto__.
      if (JSON.stringify(read) !== JSON.stringify(value)) throw new Error(`misread: ${text}`);
      const parsed = parseBody(Buffer.from(text));
      if (!parsed.ok) throw new Error(`${parsed.error}: ${text}`);
      expect(JSON.stringify(parsed.value.value)).toBe(JSON.stringify(value));
      expect(parsed.value.members.map(({ name }) => name).sort()).toEqual(Object.keys(value).sort());
    }
  });

  it('makes no prototype of a member', () => {
    const read = parseEscapedNames('{"__proto__":{"isAdmin":true},"\\u0061":1}') as { isAdmin?: boolean };
    expect(read.isAdmin).toBeUndefined();
    expect(Object.keys(read)).toEqual(['__proto__', 'a']);
  });
});

describe('parseBody()', () => {
  it('finds a member whose name is spelled with an escape, whatever was read before', () => {
    for (let round = 0; round < 20; round++) {
      expect(parseBody(Buffer.from('{"model":"a","m\\\\u0065s":1}'))).toMatchObject({ ok: true });
      const parsed = parseBody(Buffer.from('{"model":"a","m\\u0065ssages":["hidden"]}'));
      expect(parsed).toMatchObject({ value: { value: { model: 'a', messages: ['hidden'] } } });
    }
  });

  it('finds it inside other values as well', () => {
    for (let round = 0; round < 20; round++) {
      parseBody(Buffer.from('{"messages":[{"role":"user","c\\\\u006f":1}]}'));
      const parsed = parseBody(Buffer.from('{"messages":[{"role":"user","c\\u006fntent":"hidden"}]}'));
      expect(parsed).toMatchObject({ value: { value: { messages: [{ role: 'user', content: 'hidden' }] } } });
    }
  });
});
