import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../lib/testing/random.ts';
import { nestedStrings } from '../text/nested.ts';
import type { ChannelText } from './channel.ts';
import { JsonText } from './json-text.ts';
import { MaskedDigits, masked } from './testing/masked-digits.ts';

/** What comes out in pieces of the given sizes, and the texts that went through channels. */
function through(pieces: readonly string[]): { out: string; texts: string[] } {
  const texts: string[] = [];
  const json = new JsonText((_role, field): ChannelText => {
    const inner = new MaskedDigits();
    let text = '';
    return {
      push: (piece) => {
        text += piece;
        return inner.push(piece);
      },
      end: () => {
        texts.push(field === undefined ? text : `${field}: ${text}`);
        return inner.end();
      },
    };
  });
  let out = '';
  for (const piece of pieces) out += json.push(piece);
  return { out: out + json.end(), texts };
}

function cut(text: string, size: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}

describe('JsonText', () => {
  it.each<[string, string, readonly string[]]>([
    ['{"a":"b1"}', '{"a":"b#"}', ['a: b1']],
    ['{"1":2, "x" : -1.5e3,"y":true}', '{"1":2, "x" : -1.5e3,"y":true}', []],
    [
      '{"a":{"b":["c1",["d2"]],"e":"f3"},"g":"4"}',
      '{"a":{"b":["c#",["d#"]],"e":"f#"},"g":"#"}',
      ['b: c1', 'b: d2', 'e: f3', 'g: 4'],
    ],
    ['["1",{"k":"2"},"3"]', '["#",{"k":"#"},"#"]', ['1', 'k: 2', '3']],
    ['"alone1"', '"alone#"', ['alone1']],
    ['{"a":"\\u0031\\n\\"2"}', '{"a":"#\\n\\"#"}', ['a: 1\n"2']],
    ['{"a":"\\/\\u00e9","b":""}', '{"a":"\\/\\u00e9","b":""}', ['a: /é', 'b: ']],
    ['{"a\\"\\u0062":"1"}', '{"a\\"\\u0062":"#"}', ['a"b: 1']],
    ['{"a":"\\ud83d\\ude00 1"}', '{"a":"\\ud83d\\ude00 #"}', ['a: 😀 1']],
    ['{"a":"{\\"b\\":\\"1\\"}"}', '{"a":"{\\"b\\":\\"#\\"}"}', ['a: {"b":"1"}']],
    ['{}', '{}', []],
    [' [ ] ', ' [ ] ', []],
    ['plain 1', 'plain #', ['plain 1']],
    ['12', '##', ['12']],
    ['{"a":078}', '{"a":###}', ['078}']],
    ['{a: 1}', '{a: #}', ['a: 1}']],
    ['{"a":"1"} and 2', '{"a":"#"} and #', ['a: 1', 'and 2']],
    ['{"a":"cut 1', '{"a":"cut #', ['a: cut 1']],
    ['{"a":"1\\', '{"a":"#\\', ['a: 1']],
    ['{"a":12', '{"a":12', []],
    ['', '', []],
  ])('makes of %s: %s, however it is cut', (text, expected, texts) => {
    for (let size = 1; size <= Math.max(1, text.length); size++) {
      const result = through(cut(text, size));
      expect(JSON.parse(JSON.stringify(result.out))).toBe(spelled(expected, result.out));
      expect(result.texts).toEqual(texts);
    }
  });

  it('changes the same strings as the reading of the whole, in 2,000 generated values', () => {
    const random = seededRandom(9);
    for (let round = 0; round < 2_000; round++) {
      const text = JSON.stringify([value(random, 4)]).replace(/[bé]/g, (unit) =>
        random.below(2) === 0 ? escapedUnit(unit) : unit,
      );
      const pieces: string[] = [];
      for (let at = 0; at < text.length; ) {
        const size = 1 + random.below(6);
        pieces.push(text.slice(at, at + size));
        at += size;
      }
      const { out, texts } = through(pieces);
      expect(JSON.parse(out)).toEqual(
        JSON.parse(text, (_, inner) => (typeof inner === 'string' ? masked(inner) : inner)),
      );
      const nested = nestedStrings(text);
      if (nested !== undefined) {
        const found = nested.map(({ field, text: inner }) => (field === undefined ? inner : `${field}: ${inner}`));
        expect(texts.filter((entry) => !/^(?:[^:]*: )?$/.test(entry))).toEqual(found);
      }
    }
  });

  it('stops where a channel stops', () => {
    const stop = () => undefined;
    expect(new JsonText(() => ({ push: stop, end: () => '' })).push('{"a":"b')).toBeUndefined();
    expect(new JsonText(() => ({ push: (text) => text, end: stop })).push('{"a":"b"')).toBeUndefined();
    const upToBad = {
      last: 'so "far',
      push: (text: string) => (text.includes('bad') ? undefined : text),
      end: () => '',
    };
    const stopped = new JsonText(() => upToBad);
    expect([stopped.push('{"a":1,"b":"is'), stopped.push(' bad"')]).toEqual(['{"a":1,"b":"is', undefined]);
    expect(stopped.last).toBe('so \\"far');
    const cutOff = new JsonText(() => ({ push: (text) => text, end: stop }));
    expect([cutOff.push('{"a":"b'), cutOff.end()]).toEqual(['{"a":"b', undefined]);
  });
});

/** A string that changes is spelled anew; how, depends on where it was cut. */
function spelled(expected: string, out: string): string {
  try {
    return JSON.stringify(JSON.parse(expected)) === JSON.stringify(JSON.parse(out)) ? out : expected;
  } catch {
    return expected;
  }
}

function value(random: Random, depth: number): unknown {
  if (depth === 0 || random.below(3) === 0)
    return random.pick([0, -1.5, 1e21, true, null, '', '12', 'b"\\7', '🙂2', '\u0000\n', 'é']);
  if (random.below(2) === 0) return Array.from({ length: random.below(4) }, () => value(random, depth - 1));
  return Object.fromEntries(['a', 'b"', 'c7'].slice(random.below(3)).map((name) => [name, value(random, depth - 1)]));
}

function escapedUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
