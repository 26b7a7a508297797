import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

/* Which entry wins is in the golden file listed-prices. */

const provider = `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: house}
spec: {schema: openai, endpoint: "http://gpu.example.com/v1"}
`;
const model = (spec: string) => `---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: small}
spec: ${spec}
`;
const catalogue = (prices: string, name = 'public') => `---
apiVersion: sluice.dev/v1alpha1
kind: PriceCatalogue
metadata: {name: ${name}}
spec: {prices: [${prices}]}
`;
const many = Array.from({ length: 2000 }, (_, index) => `{model: m${index}, pricing: {input: 1}}`).join();

function built(...texts: readonly string[]) {
  const { documents, problems } = parseDocuments(texts.join(''), 'policy.yaml', '.', { now: 0 });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const result = buildModel(documents, secretsOnly());
  return {
    documents,
    pricings: result.gateways[0]?.pricings ?? [],
    problems: result.problems.map(({ document, path, message }) => `${document} ${path} ${message}`),
  };
}

const namesOf = ({ pricings }: ReturnType<typeof built>) => pricings.map(({ name }) => name);

describe('prices of catalogues', () => {
  it('go to the gateway where a target needs them, and nowhere else', () => {
    expect(namesOf(built(provider, model('{targets: [{provider: house, model: m7}]}'), catalogue(many)))).toEqual([
      'listed house m7',
    ]);
    const own = model('{targets: [{provider: house, model: m7}], pricing: {input: 1}}');
    expect(namesOf(built(provider, own, catalogue(many)))).toEqual(['small']);
  });

  it('change their version with the price, and are the same object as long as nothing changes', () => {
    const policy = (price: string) => [
      provider,
      model('{targets: [{provider: house, model: big}]}'),
      catalogue(`{model: big, pricing: {input: ${price}}}, {model: other, pricing: {input: ${price}${price}}}`),
    ];
    const [one] = built(...policy('1')).pricings;
    const [two] = built(...policy('2')).pricings;
    expect(one?.version).not.toBe(two?.version);
    const { documents } = built(...policy('1'));
    const [again, andAgain] = [1, 2].map(() => buildModel(documents, secretsOnly()).gateways[0]?.pricings[0]);
    expect(again).toBeDefined();
    expect(again).toBe(andAgain);
    expect(again?.version).toBe(one?.version);
  });

  it('are all there for a provider that is asked for any model', () => {
    const basic = readFileSync(`${import.meta.dirname}/../testdata/ai-gateway-basic.policy.yaml`, 'utf8');
    const prices = ['gpt-4o-mini', 'whatever', 'claude-x', 'not-there']
      .map((name, index) => `{provider: ${index === 3 ? 'nobody' : 'openai'}, model: ${name}, pricing: {input: 1}}`)
      .join();
    expect(namesOf(built(basic, catalogue(prices)))).toEqual([
      'listed openai claude-x',
      'listed openai gpt-4o-mini',
      'listed openai whatever',
    ]);
  });

  it.each([
    ['before', true],
    ['after', false],
  ])('for a Provider named in full hold %s one by its bare name', (_, isFirst) => {
    const prices = [
      '{provider: default/house, model: m1, pricing: {input: 7}}',
      '{provider: house, model: m1, pricing: {input: 1}}',
    ];
    const target = model('{targets: [{provider: house, model: m1}]}');
    const { pricings, problems } = built(provider, target, catalogue((isFirst ? prices : prices.reverse()).join()));
    expect(pricings[0]?.standard.input).toBe(7_000_000_000);
    expect(problems).toEqual([
      'PriceCatalogue/public spec.prices has no effect for m1 of house by that name: the catalogue has another price with the namespace',
    ]);
  });

  it('of two catalogues that agree are no problem, and four that differ are told as one', () => {
    const prices = (price: number) =>
      [1, 2, 3, 4].map((name) => `{model: m${name}, pricing: {input: ${price}}}`).join();
    const target = model('{targets: [{provider: house, model: m1}]}');
    expect(built(provider, target, catalogue(prices(1)), catalogue(prices(1), 'more')).problems).toEqual([]);
    expect(built(provider, target, catalogue(prices(1)), catalogue(prices(2), 'more')).problems).toEqual([
      'PriceCatalogue/public spec.prices has no effect for m1, m2, m3 and 1 more: PriceCatalogue/more has other prices for them, and comes first',
    ]);
  });
});
