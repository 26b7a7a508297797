import { describe, expect, it } from 'vitest';
import { parseSpec } from '../testing/documents.ts';

const [right, wrong] = ['{name: right}', 'sessionPersistence: {}'];

/** What stands in for a route with these rules that was never right: name and paths of each rule. */
function remaining(rules: string, more = ''): readonly unknown[] | undefined {
  const { documents, barriers } = parseSpec('HTTPRoute', `{rules: [${rules}]${more}}`);
  expect(documents).toEqual([]);
  const [left] = barriers;
  if (left?.kind !== 'HTTPRoute') return undefined;
  expect(left.isBarrier).toBe(true);
  return left.spec.rules.map(({ name, matches, filters, backendRefs, timeouts }) => {
    if (name !== 'right') expect([filters, backendRefs, timeouts]).toEqual([[], [], undefined]);
    return [name, matches.map(({ path }) => path.value)];
  });
}

describe('an HTTPRoute of which some rules are wrong', () => {
  it.each([
    [
      'what it matches',
      `{name: w, matches: [{path: {value: /a}}, {path: {value: /b}}], ${wrong}}`,
      ['w', ['/a', '/b']],
    ],
    ['everything, where it says nothing else', `{${wrong}}`, [undefined, ['/']]],
    ['everything, where its list is empty', `{matches: [], ${wrong}}`, [undefined, ['/']]],
    ['everything, where nothing is behind the field', `{matches: , ${wrong}}`, [undefined, ['/']]],
    ['what can be read of it', '{matches: [{path: {value: a}}, {path: {value: /b}}]}', [undefined, ['/b']]],
    ['nothing, where none of it can be read', '{matches: [{path: {value: a}}]}', [undefined, []]],
    ['nothing, where it is no list', '{matches: all}', [undefined, []]],
    ['nothing of what is no rule', '7', [undefined, []]],
    ['no name that is wrong', '{name: "?", matches: [{path: {value: /a}}]}', [undefined, ['/a']]],
    ['no name of another rule', '{name: right, matches: [{path: {value: /a}}]}', [undefined, ['/a']]],
    ['no filters', `{filters: [{type: URLRewrite}], timeouts: {request: 1s}, ${wrong}}`, [undefined, ['/']]],
  ])('leaves of a wrong one %s', (_, rule, left) => {
    expect(remaining(`${right}, ${rule}`)).toEqual([['right', ['/']], left]);
  });

  it('keeps every rule in its place', () => {
    expect(remaining(`{${wrong}}, ${right}, {matches: 7}`)).toEqual([
      [undefined, ['/']],
      ['right', ['/']],
      [undefined, []],
    ]);
  });

  it.each([
    ['every rule is wrong', `{${wrong}}, {${wrong}}`, ''],
    ['something else is wrong, too', `${right}, {${wrong}}`, ', hostnames: ["?"]'],
    ['what it is part of cannot be read', `${right}, {${wrong}}`, ', parentRefs: [{}]'],
  ])('leaves nothing where %s', (_, rules, more) => {
    expect(remaining(rules, more)).toBeUndefined();
  });
});
