import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  ['{data: {a: 7}}', 'error data.a a number stands here instead of a text — put it in quotes'],
  ['{data: [a]}', 'error data a list is not a map — write a map: {name: value}'],
  [
    '{binaryData: {a: "%"}}',
    'error binaryData.a the value (not repeated here) is not base64 — write base64, or use stringData',
  ],
];

describe('ConfigMap', () => {
  it('has all its entries in one place', () => {
    expect(specOf('ConfigMap', '{data: {a: text}, binaryData: {b: dGV4dA==}}')).toEqual({
      data: { a: 'text', b: 'text' },
    });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('ConfigMap', spec)).toEqual(problems);
  });
});
