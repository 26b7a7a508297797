import { describe, expect, it } from 'vitest';
import type { Pricing, RateName } from '../pricing.ts';
import type { Imported } from './catalogue.ts';
import { pricingDocument } from './document.ts';
import { importLitellm } from './litellm.ts';
import { importModelsDev } from './models-dev.ts';

/* Every field of a source by itself: where it goes, and what is said of one that goes nowhere. */

const only = (imported: Imported | undefined): Pricing | undefined => imported?.prices[0]?.pricing;
const saysOf = (imported: Imported | undefined) => imported?.notes.map(({ kind, says }) => `${kind}: ${says}`);

describe('a field of LiteLLM', () => {
  const read = (fields: object, mode?: string) => importLitellm({ m: { mode, ...fields } });
  const base = { input_cost_per_token: 0 };
  const standard = { input: 0 };

  const rates: readonly (readonly [string, RateName])[] = [
    ['input_cost_per_token', 'input'],
    ['output_cost_per_token', 'output'],
    ['cache_read_input_token_cost', 'cachedInput'],
    ['cache_creation_input_token_cost', 'cacheWrite'],
    ['cache_creation_input_token_cost_above_1hr', 'cacheWrite1h'],
    ['output_cost_per_reasoning_token', 'reasoning'],
    ['input_cost_per_audio_token', 'audioInput'],
    ['output_cost_per_audio_token', 'audioOutput'],
    ['input_cost_per_image_token', 'imageInput'],
  ];
  it.each(rates)('%s is %s, per token, also in classes and tiers', (field, name) => {
    const price = { [name]: 3_000_000_000 };
    expect(only(read({ ...base, [field]: 3e-6 }))).toEqual({ standard: { ...standard, ...price } });
    for (const [suffix, serviceClass] of [
      ['batches', 'batch'],
      ['flex', 'flex'],
      ['priority', 'priority'],
    ]) {
      expect(only(read({ ...base, [`${field}_${suffix}`]: 3e-6 }))).toEqual({
        standard,
        [String(serviceClass)]: price,
      });
    }
    expect(only(read({ ...base, [`${field}_above_128k_tokens`]: 3e-6 }))).toEqual({
      standard: { ...standard, tiers: [{ above: 128_000, ...price }] },
    });
    expect(only(read({ ...base, [`${field}_above_200k_tokens_priority`]: 3e-6 }))).toEqual({
      standard,
      priority: { tiers: [{ above: 200_000, ...price }] },
    });
  });

  it('that is for a request or an image has nine digits', () => {
    expect(only(read({ input_cost_per_request: 0.005 }))).toEqual({ standard: { perRequest: 5_000_000 } });
    expect(only(read({ output_cost_per_image: 0.04 }, 'image_generation'))).toEqual({
      standard: { perImage: 40_000_000 },
    });
    expect(saysOf(read({ ...base, input_cost_per_request: -1 }))).toEqual([
      'lost: has input_cost_per_request -1, which is no price',
    ]);
  });

  it('puts tiers in their order', () => {
    const fields = { input_cost_per_token_above_256k_tokens: 2e-6, input_cost_per_token_above_128k_tokens: 1e-6 };
    expect(only(read({ ...base, ...fields }))?.standard.tiers?.map(({ above }) => above)).toEqual([128_000, 256_000]);
  });

  it.each(['chat', 'completion', 'embedding', 'responses', 'image_generation', undefined])(
    'is read of the mode %s',
    (mode) => expect(only(read(base, mode))).toEqual({ standard }),
  );

  it.each(['rerank', 'moderation', 'video_generation'])('is not read of the mode %s, and that is said', (mode) => {
    expect(read(base, mode)).toMatchObject({ prices: [], notes: [{ kind: 'skipped', says: `has the mode ${mode}` }] });
  });

  it('that has no place is told, unless it is nothing or not about costs', () => {
    expect(saysOf(read({ ...base, input_cost_per_second: 1 }))).toEqual([
      'lost: has input_cost_per_second, which has no place here',
    ]);
    expect(saysOf(read({ ...base, constructor_cost: 1 }))).toHaveLength(1);
    const silent = { input_cost_per_second: 0, input_cost_per_pixel: null, max_tokens: 5, supports_vision: true };
    expect(saysOf(read({ ...base, ...silent }))).toEqual([]);
  });

  it('of a class alone makes no price: nobody has said the usual one', () => {
    expect(read({ input_cost_per_token_batches: 1e-6 })?.prices).toEqual([]);
  });
});

describe('a field of models.dev', () => {
  const read = (cost: object) => importModelsDev({ p: { models: { m: { cost } } } });

  it.each<[string, RateName]>([
    ['input', 'input'],
    ['output', 'output'],
    ['cache_read', 'cachedInput'],
    ['cache_write', 'cacheWrite'],
    ['reasoning', 'reasoning'],
    ['input_audio', 'audioInput'],
    ['output_audio', 'audioOutput'],
  ])('%s is %s, per million tokens, also in tiers', (field, name) => {
    const price = { [name]: 1_500_000_000 };
    expect(only(read({ [field]: 1.5 }))).toEqual({ standard: price });
    const tiers = [{ [field]: 1.5, tier: { size: 32_000 } }];
    expect(only(read({ input: 0, tiers }))).toEqual({ standard: { input: 0, tiers: [{ above: 32_000, ...price }] } });
    expect(only(read({ input: 0, context_over_200k: { [field]: 1.5 } }))).toEqual({
      standard: { input: 0, tiers: [{ above: 200_000, ...price }] },
    });
  });

  it('that has no place, or is no price, is told', () => {
    expect(saysOf(read({ input: 1, per_page: 2 }))).toEqual(['lost: has per_page, which has no place here']);
    expect(saysOf(read({ input: 1, output: -2 }))).toEqual(['lost: has output -2, which is no price']);
    expect(saysOf(read({ input: 1, toString: 2 }))).toHaveLength(1);
    expect(saysOf(read({ input: 1, output: null }))).toEqual([]);
  });

  it.each([
    [{ type: 'region', size: 5 }],
    [{ type: 'context', size: 0.5 }],
    [{ type: 'context' }],
    ['context'],
    [undefined],
  ])('is told where its tier is %j', (tier) => {
    const imported = read({ input: 1, tiers: [{ input: 2, tier }] });
    expect(only(imported)).toEqual({ standard: { input: 1_000_000_000 } });
    expect(saysOf(imported)).toEqual(['lost: has a tier that does not depend on the context']);
  });
});

describe('pricingDocument()', () => {
  it('says every price of every class', () => {
    const rates = {
      ...{ input: 1, output: 2, cachedInput: 3, cacheWrite: 4, cacheWrite1h: 5, reasoning: 6 },
      ...{ audioInput: 7, audioOutput: 8, imageInput: 9 },
    };
    const usd = (factor: number) => Object.fromEntries(Object.entries(rates).map(([name, n]) => [name, n * factor]));
    const price = { ...usd(1e9), perImage: 10e9, perRequest: 0, tiers: [{ above: 7, ...usd(2e9) }] };
    const said = { ...rates, perImage: 10, perRequest: 0, tiers: [{ above: 7, ...usd(2) }] };
    expect(pricingDocument({ standard: price, batch: price, flex: price, priority: { ...price, tiers: [] } })).toEqual({
      ...said,
      batch: said,
      flex: said,
      priority: { ...rates, perImage: 10, perRequest: 0 },
    });
  });

  it('says as text what no number can', () => {
    expect(pricingDocument({ standard: { input: 9_007_199_254_740_991 } })).toEqual({ input: '9007199.254740991' });
  });
});
