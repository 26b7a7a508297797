import { describe, expect, it } from 'vitest';
import { cpuMs } from '../../lib/testing/cpu-time.ts';
import { type Random, seededRandom } from '../../lib/testing/random.ts';
import { parseBody } from './parse.ts';
import { type Edit, patchMembers } from './patch.ts';

const strings = ['', 'a', 'model', 'x"y', 'back\\slash\\', 'zwölf 🙂', '\u0000\n\t', '{"a":1}', '],[', '\\"'];

// Without names that hold a backslash: these tests compare every name with JSON.parse, which gets such names wrong
// (escaped-names.ts).
const memberNames = strings.filter((text) => !text.includes('\\'));

function generate(random: Random, depth: number): string {
  const blank = random.pick(['', '', '', ' ', '\n', '\t ']);
  switch (random.below(depth > 0 ? 7 : 5)) {
    case 0:
      return blank + random.pick(['0', '-1', '1e9', '1.25', '123456789012345678901234567890']) + blank;
    case 1:
      return blank + random.pick(['true', 'false', 'null']) + blank;
    case 5:
      return `${blank}[${Array.from({ length: random.below(4) }, () => generate(random, depth - 1)).join(',')}]${blank}`;
    case 6:
      return `${blank}${generateObject(random, depth)}${blank}`;
    default:
      return blank + JSON.stringify(random.pick(strings)) + blank;
  }
}

function generateObject(random: Random, depth: number): string {
  const names = memberNames.filter(() => random.next() < 0.4);
  return `{${names.map((name) => `${random.pick(['', ' '])}${JSON.stringify(name)} :${generate(random, depth - 1)}`).join(',')}}`;
}

/** A character as JSON escapes, one for each UTF-16 unit. */
function escapedUnits(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}

describe('parseBody()', () => {
  it.each([
    ['', 'it is empty'],
    ['[]', 'it is not a JSON object'],
    ['\ufeff{"a":1}', 'it begins with a byte order mark'],
    ['"text"', 'it is not a JSON object'],
    ['{"a":1', 'it is not valid JSON from byte 6 on'],
    ['{"a":1}}', 'it is not valid JSON from byte 7 on'],
    ['{"a":01}', 'it is not valid JSON'],
    ['{"a":1,}', 'it is not valid JSON'],
    ['{"a":"\n"}', 'it is not valid JSON'],
    ['{"a":1,"a":2}', 'the field "a" stands twice in one object, at byte 7'],
    ['{"model":1,"mod\\u0065l":2}', 'the field "model" stands twice in one object, at byte 11'],
    ['{"a":[{"b":1,"b":2}]}', 'the field "b" stands twice in one object, at byte 13'],
    [`{"a":${'['.repeat(200)}${']'.repeat(200)}}`, 'it is nested more than 128 levels deep'],
  ])('refuses %j', (text, reason) => {
    expect(parseBody(Buffer.from(text))).toEqual({ ok: false, error: reason });
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(parseBody(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toEqual({
      ok: false,
      error: 'it is not UTF-8',
    });
  });

  it.each(['{"a":1,"b":2,"c":3,"d":4}', '{"a":[1,2,3]}', '{"a":{"b":{"c":{}}}}'])(
    'counts four values in %s',
    (text) => {
      expect(parseBody(Buffer.from(text), { depth: 8, values: 4 })).toMatchObject({ ok: true });
      expect(parseBody(Buffer.from(text), { depth: 8, values: 3 })).toEqual({
        ok: false,
        error: 'it has more than 3 values',
      });
    },
  );

  it('notices a doubled name among many', () => {
    const names = Array.from({ length: 40 }, (_, index) => `"f${index}":1`);
    expect(parseBody(Buffer.from(`{${[...names, '"f3":2'].join(',')}}`))).toMatchObject({ ok: false });
    expect(parseBody(Buffer.from(`{${names.join(',')}}`))).toMatchObject({ ok: true });
  });

  it('notices a doubled name at any depth, however it is spelled, in 5,000 generated objects', () => {
    const random = seededRandom(31);
    for (let round = 0; round < 5_000; round++) {
      const name = random.pick(memberNames);
      const escaped = [...name].map(escapedUnits).join('');
      const between = generateObject(random, 2).slice(1, -1);
      const neighbours = between.includes(JSON.stringify(name)) || between.trim() === '' ? '' : `${between},`;
      let text = `{${JSON.stringify(name)}:0,${neighbours}"${random.pick([escaped, JSON.stringify(name).slice(1, -1)])}":1}`;
      for (let level = random.below(5); level > 0; level--) {
        text = random.next() < 0.5 ? `[1,${text},"]"]` : `{"x":"}","outer":${text},"y":{}}`;
      }
      const parsed = parseBody(Buffer.from(`{"top":${text}}`));
      if (parsed.ok || !parsed.error.includes('stands twice')) throw new Error(`accepted: ${text}`);
    }
  });

  it('takes time in proportion to the length', () => {
    const names = Array.from({ length: 50_000 }, () => '{"k":1}').join(',');
    const bytes = Buffer.from(`{"a":[${names}],"b":"${'x'.repeat(4 * 1024 * 1024)}"}`);
    // Some 30 ms; a look to the end of the body for each name takes ten seconds.
    expect(cpuMs(() => expect(parseBody(bytes).ok).toBe(true))).toBeLessThan(2_000);
  });

  it('finds the members where JSON.parse finds them, in 20,000 generated objects', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 20_000; round++) {
      const text = generateObject(random, 4);
      const bytes = Buffer.from(text);
      const parsed = parseBody(bytes);
      if (!parsed.ok) throw new Error(`${parsed.error}: ${text}`);
      const found = parsed.value.members.map((member) => [
        member.name,
        JSON.parse(bytes.toString('utf8', member.valueStart, member.end)),
      ]);
      expect(found.map(([name]) => name)).toEqual(Object.keys(JSON.parse(text)));
      expect(Object.fromEntries(found)).toEqual(JSON.parse(text));
    }
  });

  it('never accepts what JSON.parse refuses, in 20,000 damaged objects', () => {
    const random = seededRandom(11);
    for (let round = 0; round < 20_000; round++) {
      const bytes = Buffer.from(generateObject(random, 3));
      for (let hit = 0; hit < 2; hit++)
        bytes[random.below(bytes.length)] = random.pick([...Buffer.from('{}[]",:\\0 a')]);
      const parsed = parseBody(bytes);
      if (parsed.ok) expect(parsed.value.value).toEqual(JSON.parse(bytes.toString()));
    }
  });
});

describe('patchMembers()', () => {
  function patched(text: string, edits: readonly Edit[]): string {
    const bytes = Buffer.from(text);
    const parsed = parseBody(bytes);
    if (!parsed.ok) throw new Error(parsed.error);
    return patchMembers(bytes, parsed.value.members, edits).toString();
  }

  it.each<[string, Edit[], string]>([
    ['{"a":1, "model" : "x" ,"b":2}', [{ name: 'model', json: '"y"' }], '{"a":1, "model" : "y" ,"b":2}'],
    ['{"a":1,"b":2,"c":3}', [{ name: 'b', json: undefined }], '{"a":1,"c":3}'],
    ['{ "a":1,"b":2 }', [{ name: 'a', json: undefined }], '{ "b":2 }'],
    ['{"a":1,"b":2}', [{ name: 'b', json: undefined }], '{"a":1}'],
    ['{"a":1}', [{ name: 'a', json: undefined }], '{}'],
    ['{"a":1}', [{ name: 'z', json: 'true' }], '{"a":1,"z":true}'],
    ['{}', [{ name: 'z', json: 'true' }], '{"z":true}'],
    [
      '{ }',
      [
        { name: 'z', json: '1' },
        { name: 'y', json: '2' },
      ],
      '{"z":1,"y":2 }',
    ],
    ['{"a":1}', [{ name: 'missing', json: undefined }], '{"a":1}'],
    ['{"mod\\u0065l":1}', [{ name: 'model', json: '2' }], '{"mod\\u0065l":2}'],
  ])('%s with %j gives %s', (text, edits, expected) => {
    expect(patched(text, edits)).toBe(expected);
  });

  it('changes exactly the members that are named, in 10,000 generated objects', () => {
    const random = seededRandom(23);
    for (let round = 0; round < 10_000; round++) {
      const text = generateObject(random, 3);
      const edits = ['a', 'model', 'new', '']
        .filter(() => random.next() < 0.5)
        .map((name) => ({
          name,
          json: random.next() < 0.5 ? undefined : generate(random, 1),
        }));
      const expected = JSON.parse(text) as Record<string, unknown>;
      for (const { name, json } of edits) {
        if (json === undefined) delete expected[name];
        else expected[name] = JSON.parse(json);
      }
      expect(JSON.parse(patched(text, edits))).toEqual(expected);
    }
  });
});
