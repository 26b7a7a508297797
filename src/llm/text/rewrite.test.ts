import { describe, expect, it } from 'vitest';
import { cpuMs } from '../../lib/testing/cpu-time.ts';
import { type Random, seededRandom } from '../../lib/testing/random.ts';
import { parseBody } from '../json/parse.ts';
import { nestedStrings } from './nested.ts';
import { requestTexts } from './request.ts';
import { rewriteTexts } from './rewrite.ts';

/** Replaces what `change` changes, in all texts of a request. */
function rewritten(body: string, change: (text: string) => string, api = 'chat.completions'): string {
  const bytes = Buffer.from(body);
  const parsed = parseBody(bytes);
  if (!parsed.ok) throw new Error(parsed.error);
  const replacements = requestTexts(api, parsed.value.value)
    .map((leaf) => ({ leaf, text: change(leaf.text) }))
    .filter(({ leaf, text }) => text !== leaf.text);
  return rewriteTexts(bytes, replacements).toString();
}

const mask = (text: string) => text.replace(/[0-9]/g, '#');

describe('rewriteTexts()', () => {
  it.each<[string, string]>([
    ['{ "input" : "a1" , "n":1.50e+3 }', '{ "input" : "a#" , "n":1.50e+3 }'],
    ['{"input":["a1",[ 1 ],"b","\\u00e91"]}', '{"input":["a#",[ 1 ],"b","é#"]}'],
    ['{"inp\\u0075t":"1","z":"\\/"}', '{"inp\\u0075t":"#","z":"\\/"}'],
    ['{"input":"1\\u0000\\ud800"}', '{"input":"#\\u0000\\ud800"}'],
    ['{"input":"\\u0031🙂\\n"}', '{"input":"#🙂\\n"}'],
    ['{"n":12345678901234567890,"input":"1","__proto__":1}', '{"n":12345678901234567890,"input":"#","__proto__":1}'],
    ['{"x":[{"a":"]}"},"{"],"input":"1"}', '{"x":[{"a":"]}"},"{"],"input":"#"}'],
  ])('of %s makes %s', (body, expected) => {
    expect(rewritten(body, mask)).toBe(expected);
  });

  it('gives back the very bytes when nothing is replaced', () => {
    const bytes = Buffer.from('{"input":"a"}');
    expect(rewriteTexts(bytes, [])).toBe(bytes);
  });

  it('changes JSON inside of strings without touching what stands around', () => {
    const inner = '{ "1":"2\\u0033\\"x\\n", "n" : 1.0, "same":"\\/\\u00e9", "deep":[{"k":"é4🙂"}], "k":"5","k":"6" }';
    const expected = '{ "1":"##\\"x\\n", "n" : 1.0, "same":"\\/\\u00e9", "deep":[{"k":"é#🙂"}], "k":"#","k":"#" }';
    const spell = (text: string) => JSON.stringify(text).replace(/é/g, '\\u00e9').replaceAll('/', '\\/');
    const body = (args: string) => `{"messages":[{"tool_calls":[{"function":{"arguments":${args}}}]}]}`;
    const result = rewritten(body(spell(inner)), mask);
    expect(JSON.parse(result).messages[0].tool_calls[0].function.arguments).toBe(expected);
    // The escape of the untouched neighbour is still the one that was sent.
    expect(result).toContain('\\"\\\\\\/\\\\u00e9\\"');
  });

  it('refuses a leaf of another body', () => {
    const leaf = { path: ['messages', 3], role: 'user', text: 'x' } as const;
    expect(() => rewriteTexts(Buffer.from('{"messages":["x"]}'), [{ leaf, text: 'y' }])).toThrow('not there');
  });

  it('takes time in proportion to the length', () => {
    const item = '{"role":"user","content":"a\\"1"}';
    const args = JSON.stringify(JSON.stringify(Array.from({ length: 30_000 }, (_, index) => `v${index}`)));
    const messages = [`{"tool_calls":[{"function":{"arguments":${args}}}]}`, ...Array(40_000).fill(item)];
    let result = '';
    const took = cpuMs(() => {
      result = rewritten(`{"messages":[${messages.join(',')}]}`, mask);
    });
    expect(JSON.parse(result).messages.at(-1).content).toBe('a"#');
    // Some 200 ms; quadratic, it takes minutes.
    expect(took).toBeLessThan(5_000);
  });

  it('equals a rewrite of the parsed value, in 3,000 generated requests', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 3_000; round++) {
      const value = { messages: [message(random), message(random)], input: tree(random, 3) };
      const body = spell(value, random);
      const result = JSON.parse(rewritten(body, mask));
      expect(result).toEqual(JSON.parse(JSON.stringify(value), masked));
    }
  });
});

describe('nestedStrings()', () => {
  it.each<[string, readonly (readonly [string, string | undefined, string])[] | undefined]>([
    ['{"a":"b"}', [['a', 'a', 'b']]],
    [
      ' {"a":{"b":["c",["d"]],"e":"f"},"g":"h"} ',
      [
        ['a.b.0', 'b', 'c'],
        ['a.b.1.0', 'b', 'd'],
        ['a.e', 'e', 'f'],
        ['g', 'g', 'h'],
      ],
    ],
    [
      '[{"a":"x"},"y",1,"z"]',
      [
        ['0.a', 'a', 'x'],
        ['1', undefined, 'y'],
        ['3', undefined, 'z'],
      ],
    ],
    ['{"\\u0061":"x"}', [['a', 'a', 'x']]],
    ['"alone"', [['', undefined, 'alone']]],
    ['{}', []],
    ['5', undefined],
    ['', undefined],
    ['plain', undefined],
    ['{"a":"b"', undefined],
    ['{"a":"b"}{', undefined],
    [`${'['.repeat(6_000)}"x"${']'.repeat(6_000)}`, [[Array(128).fill(0).join('.'), undefined, 'x']]],
  ])('of %s', (text, expected) => {
    const found = nestedStrings(text);
    expect(found?.map(({ path, field, text: inner }) => [path.join('.'), field, inner])).toEqual(expected);
    for (const { start, end, text: inner } of found ?? []) expect(JSON.parse(text.slice(start, end))).toBe(inner);
  });
});

const texts = ['', 'a1', '22', 'x"y\\3', '\u0000 4', '🙂5', '\ud8006', 'é7/', '],[{', '{"in":"8"}'];

function tree(random: Random, depth: number): unknown {
  if (depth === 0 || random.below(2) === 0) return random.pick(texts);
  if (random.below(2) === 0) return Array.from({ length: random.below(4) }, () => tree(random, depth - 1));
  return Object.fromEntries(
    ['content', 'text', 'what'].slice(random.below(3)).map((name) => [name, tree(random, depth - 1)]),
  );
}

function message(random: Random): object {
  const args = random.pick(['{"a":"1"}', '["2",{"b":"\\u0033\\"4"}]', '{"cut":"5', '6', '']);
  return {
    role: 'assistant',
    content: tree(random, 2),
    tool_calls: [{ id: '1', function: { name: 'f1', arguments: args } }],
  };
}

function masked(name: string, value: unknown): unknown {
  if (typeof value !== 'string' || name === 'id' || name === 'name' || name === 'role') return value;
  if (name !== 'arguments' || nestedStrings(value) === undefined) return mask(value);
  // Escapes are those of the writer, so that texts are compared as they are read.
  return value.replace('\\u0033', '3').replace(/[0-9]/g, '#');
}

function spell(value: unknown, random: Random): string {
  const blank = random.pick(['', '', ' ', '\n']);
  if (typeof value === 'string') return blank + JSON.stringify(value).replace(/[4é]/g, escaped) + blank;
  if (Array.isArray(value)) return `${blank}[${value.map((item) => spell(item, random)).join(',')}${blank}]`;
  const members = Object.entries(value as object).map(
    ([name, item]) => `${JSON.stringify(name)}${blank}:${spell(item, random)}`,
  );
  return `{${blank}${members.join(`${blank},`)}}`;
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
