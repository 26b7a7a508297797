import { describe, expect, it } from 'vitest';
import { problemsOf } from './testing/documents.ts';

const badPrices: readonly (readonly [string, string])[] = [
  ['{}', 'error spec.pricing says no price — add input and output, or remove it: the cost is then unknown'],
  [
    '{input: 1, output: 2, batch: {}}',
    'error spec.pricing.batch says no price — add input and output, or remove it: the cost is then unknown',
  ],
  [
    '{input: 1, output: 2, tiers: [{above: 200k, input: 2}, {above: 200k, input: 3}]}',
    'error spec.pricing.tiers[1].above is not more than the one before (200000) — order tiers by above, each once',
  ],
  [
    '{input: 0.00000000015, output: 2}',
    'error spec.pricing.input 1.5e-10 has more than 9 digits behind the point — write an amount in USD from 0 to 1000000, such as 0.15',
  ],
  [
    '{input: 0.0000002, output: 2}',
    'warning spec.pricing.input is 0.0000002 USD per million tokens — check that it is not a price per token',
  ],
  [
    '{input: 2, output: 1500}',
    'warning spec.pricing.output is 1500 USD per million tokens — check that it is not a price per thousand',
  ],
  ['{input: 2, output: 1}', 'warning spec.pricing.output is less than input — check that they are not mixed up'],
  [
    '{input: 2, output: 3, cachedInput: 4}',
    'warning spec.pricing.cachedInput is more than input — check that they are not mixed up',
  ],
  ['{output: 3}', 'warning spec.pricing.input is missing, so a request with input tokens has an unknown cost — add it'],
];

describe('pricing', () => {
  it.each(badPrices)('says what is odd about %s', (pricing, problem) => {
    expect(problemsOf('Model', `{targets: [{provider: a}], pricing: ${pricing}}`)).toEqual([problem]);
  });

  it('may be nothing, said so', () => {
    expect(problemsOf('Model', '{targets: [{provider: a}], pricing: {input: 0, output: 0}}')).toEqual([]);
  });
});
