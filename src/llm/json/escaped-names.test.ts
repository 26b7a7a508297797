import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../lib/testing/random.ts';
import { parseEscapedNames } from './escaped-names.ts';
import { parseBody } from './parse.ts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

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

function tree(random: Random, depth: number): Json {
  const kind = depth === 0 ? 0 : random.below(3);
  if (kind === 0) return random.pick(scalars);
  if (kind === 1) return Array.from({ length: random.below(4) }, () => tree(random, depth - 1));
  return objectOf(random, depth);
}

function objectOf(random: Random, depth: number): { [name: string]: Json } {
  const names = texts.filter(() => random.below(3) === 0);
  return Object.fromEntries(names.map((name) => [name, tree(random, depth - 1)]));
}

/** The same value as text, with blanks and needless escapes thrown in. */
function spell(value: Json, random: Random): string {
  const blank = random.pick(['', '', ' ', '\n\t']);
  if (typeof value === 'string') return blank + spellText(value, random) + blank;
  if (Array.isArray(value)) return `${blank}[${blank}${value.map((item) => spell(item, random)).join(',')}]${blank}`;
  if (typeof value !== 'object' || value === null) return blank + JSON.stringify(value) + blank;
  const members = Object.entries(value).map(
    ([name, item]) => `${blank}${spellText(name, random)}${blank}:${spell(item, random)}`,
  );
  return `${blank}{${blank}${members.join(',')}}${blank}`;
}

function spellText(text: string, random: Random): string {
  const units = Array.from({ length: text.length }, (_, index) => {
    const unit = text.charAt(index);
    const isHalf = /[\ud800-\udfff]/.test(unit);
    if (isHalf || random.below(4) === 0) return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return JSON.stringify(unit).slice(1, -1);
  });
  return `"${units.join('')}"`;
}

describe('parseEscapedNames()', () => {
  it('reads what was written, in 2,000 generated objects', () => {
    const random = seededRandom(5);
    for (let round = 0; round < 2_000; round++) {
      const value = objectOf(random, 4);
      const text = spell(value, random);
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
