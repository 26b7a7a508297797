import { describe, expect, it } from 'vitest';
import { parseSpec, problemsOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  [
    '{provider: {type: Kubernetes}}',
    'warning spec.provider has no effect here: what is made for a Gateway is said by GatewayParameters — remove it, unless others read it',
  ],
  ['{unknown: 1}', 'error spec.unknown is not a known field — remove it'],
];

describe('EnvoyProxy', () => {
  it('stops nothing, whatever it says', () => {
    const { documents } = parseSpec('EnvoyProxy', '{provider: {type: Kubernetes}, concurrency: 4, logging: {}}');
    expect(documents.map(({ spec }) => spec)).toEqual([{}]);
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('EnvoyProxy', spec)).toEqual(problems);
  });
});
