import { describe, expect, it } from 'vitest';
import { problemsOf } from './testing/documents.ts';

const price = '{provider: openai, model: gpt-4o, pricing: {input: 1, output: 2}}';

const badCatalogues: readonly (readonly [string, string])[] = [
  ['{}', 'error spec.prices is missing — add prices: what the models of providers cost'],
  [
    '{prices: []}',
    'error spec.prices is empty — give at least one price: {provider: NAME, model: NAME, pricing: {input: 1, output: 2}}',
  ],
  [
    `{prices: [${price}, {model: gpt-4o, pricing: {input: 1}}, ${price}]}`,
    'error spec.prices[2] is a second price of gpt-4o of openai, beside spec.prices[0] — remove one of them',
  ],
  [
    '{prices: [{model: a, pricing: {input: 1}}, {model: a, pricing: {input: 1}}]}',
    'error spec.prices[1] is a second price of a, beside spec.prices[0] — remove one of them',
  ],
  [
    '{prices: [{model: a, pricing: {}}]}',
    'error spec.prices[0].pricing says no price — add input and output, or remove it: the cost is then unknown',
  ],
  [
    '{prices: [{model: a, input: 1, pricing: {input: 1}}]}',
    'error spec.prices[0].input is not a known field — remove it; known here: provider, model or pricing',
  ],
  [
    `{prices: [${Array.from({ length: 4001 }, (_, index) => `{model: m${index}, pricing: {input: 1}}`).join()}]}`,
    'error spec.prices has 4001 entries, which is more than 4000 — give at most 4000',
  ],
];

describe('PriceCatalogue', () => {
  it.each(badCatalogues)('says what is wrong with %.80s', (spec, problem) => {
    expect(problemsOf('PriceCatalogue', spec)).toEqual([problem]);
  });

  it('may price one model for one provider and for everybody else', () => {
    expect(problemsOf('PriceCatalogue', `{prices: [${price}, {model: gpt-4o, pricing: {input: 0}}]}`)).toEqual([]);
  });
});
