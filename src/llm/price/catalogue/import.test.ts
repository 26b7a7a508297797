import { describe, expect, it } from 'vitest';
import { labelOf } from './catalogue.ts';
import { pricingDocument } from './document.ts';
import { importLitellm } from './litellm.ts';
import { importModelsDev } from './models-dev.ts';
import { scaled } from './scaled.ts';

const usd = 1_000_000_000;

describe('importLitellm()', () => {
  const litellm = {
    sample_spec: { input_cost_per_token: 0, mode: 'one of …' },
    'gpt-sample': {
      litellm_provider: 'openai',
      mode: 'chat',
      max_input_tokens: 128_000,
      input_cost_per_token: 2.5e-6,
      output_cost_per_token: 1e-5,
      cache_read_input_token_cost: 1.25e-6,
      input_cost_per_token_batches: 1.25e-6,
      output_cost_per_token_batches: 5e-6,
      input_cost_per_token_priority: 4.9999999999999996e-6,
      output_cost_per_token_priority: '0.00002',
      input_cost_per_token_above_272k_tokens: 5e-6,
      input_cost_per_token_above_272k_tokens_priority: 1e-5,
      input_cost_per_token_flex_above_272k_tokens: 2e-6,
      search_context_cost_per_query: { search_context_size_low: 0.03 },
      supports_vision: true,
    },
    'claude-sample': {
      litellm_provider: 'anthropic',
      mode: 'chat',
      input_cost_per_token: 3e-6,
      output_cost_per_token: 1.5e-5,
      cache_creation_input_token_cost: 3.75e-6,
      cache_creation_input_token_cost_above_1hr: 6e-6,
      cache_creation_input_token_cost_above_1hr_above_200k_tokens: 1.2e-5,
      cache_read_input_token_cost: 3e-7,
      input_cost_per_token_above_200k_tokens: 6e-6,
      output_cost_per_reasoning_token: null,
    },
    'free-sample': { mode: 'embedding', input_cost_per_token: 0, output_cost_per_token: 0 },
    'picture-sample': { mode: 'image_generation', output_cost_per_image: 0.04 },
    'speech-sample': { mode: 'audio_transcription', input_cost_per_second: 0.0001 },
    'unpriced-sample': { mode: 'chat', max_tokens: 5 },
    'wrong-sample': { mode: 'chat', litellm_provider: 7, input_cost_per_token: 2.5, output_cost_per_token: -1 },
    __proto__x: 5,
  };

  it('says where a model has a second price, and where a price has no place', () => {
    const price = { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 1e-6 };
    const imported = importLitellm({
      'gpt-a': price,
      'openai/gpt-a': { ...price, input_cost_per_token: 2e-6 },
      'gpt-b': price,
      'openai/gpt-b': price,
      'gpt-c': { ...price, output_cost_per_image: 0.04 },
      'gpt-d': { ...price, output_cost_per_image: 0 },
    });
    expect(imported?.prices[0]).toMatchObject({ model: 'gpt-a', pricing: { standard: { input: usd } } });
    expect(imported?.notes).toEqual([
      { model: 'openai/gpt-c', kind: 'lost', says: expect.stringContaining('output_cost_per_image') },
      { model: 'openai/gpt-a', kind: 'lost', says: 'has a second price' },
    ]);
  });

  it('reads prices per token, tiers, and classes', () => {
    const imported = importLitellm(litellm);
    expect(imported?.prices.map(labelOf)).toEqual([
      ...['anthropic/claude-sample', 'free-sample', 'openai/gpt-sample', 'picture-sample', 'wrong-sample'],
    ]);
    const find = (name: string) => imported?.prices.find(({ model }) => model === name);
    expect(find('gpt-sample')).toEqual({
      provider: 'openai',
      model: 'gpt-sample',
      pricing: {
        standard: {
          input: 2.5 * usd,
          output: 10 * usd,
          cachedInput: 1.25 * usd,
          tiers: [{ above: 272_000, input: 5 * usd }],
        },
        batch: { input: 1.25 * usd, output: 5 * usd },
        flex: { tiers: [{ above: 272_000, input: 2 * usd }] },
        priority: { input: 5 * usd, output: 20 * usd, tiers: [{ above: 272_000, input: 10 * usd }] },
      },
    });
    expect(find('claude-sample')?.pricing.standard).toEqual({
      input: 3 * usd,
      output: 15 * usd,
      cacheWrite: 3.75 * usd,
      cacheWrite1h: 6 * usd,
      cachedInput: 0.3 * usd,
      tiers: [{ above: 200_000, cacheWrite1h: 12 * usd, input: 6 * usd }],
    });
    expect(find('free-sample')?.pricing.standard).toEqual({ input: 0, output: 0 });
    expect(find('picture-sample')?.pricing.standard).toEqual({ perImage: 0.04 * usd });
  });

  it('says what it leaves out and what looks wrong', () => {
    const notes = importLitellm(litellm)?.notes.map(({ model, kind, says }) => `${kind} ${model} ${says}`);
    expect(notes).toEqual([
      'lost openai/gpt-sample has search_context_cost_per_query, which has no place here',
      'skipped speech-sample has the mode audio_transcription',
      'skipped unpriced-sample has no price per token, image or request',
      'lost wrong-sample has output_cost_per_token -1, which is no price',
    ]);
  });

  it('calls models as their provider does, and takes each once', () => {
    const price = (litellm_provider: string, input_cost_per_token: number) => ({
      litellm_provider,
      input_cost_per_token,
    });
    const imported = importLitellm({
      'groq/openai/gpt-oss': price('groq', 1e-6),
      'openai/gpt-oss': price('openrouter', 2e-6),
      'vertex_ai/claude': price('vertex_ai-anthropic_models', 3e-6),
      'groq/llama': price('groq', 4e-6),
      llama: price('groq', 5e-6),
    });
    expect(imported?.prices.map(({ provider, model, pricing }) => [provider, model, pricing.standard.input])).toEqual([
      ['groq', 'llama', 4 * usd],
      ['groq', 'openai/gpt-oss', usd],
      ['openrouter', 'openai/gpt-oss', 2 * usd],
      ['vertex_ai-anthropic_models', 'claude', 3 * usd],
    ]);
  });
});

describe('importModelsDev()', () => {
  const modelsDev = {
    sample: {
      id: 'sample',
      models: {
        'one/small': {
          cost: { input: 0.15, output: 0.6, cache_read: 0.075, reasoning: 0.6, input_audio: 10, output_audio: 20 },
          limit: { context: 128_000, output: 16_384 },
        },
        tiered: {
          cost: {
            input: 5,
            output: 30,
            tiers: [{ input: 10, output: 45, cache_read: 1, tier: { type: 'context', size: 272_000 } }],
            context_over_200k: { input: 10, output: 45 },
          },
        },
        older: { cost: { input: 1.25, output: 10, context_over_200k: { input: 2.5, output: 15 } } },
        free: { cost: { input: 0, output: 0 } },
        unpriced: { limit: {} },
      },
    },
    empty: { id: 'empty' },
  };

  it('reads prices per million tokens', () => {
    const imported = importModelsDev(modelsDev);
    expect(imported?.prices.map((price) => [labelOf(price), price.pricing.standard])).toEqual([
      ['sample/free', { input: 0, output: 0 }],
      [
        'sample/older',
        { input: 1.25 * usd, output: 10 * usd, tiers: [{ above: 200_000, input: 2.5 * usd, output: 15 * usd }] },
      ],
      [
        'sample/one/small',
        {
          input: 0.15 * usd,
          output: 0.6 * usd,
          cachedInput: 0.075 * usd,
          reasoning: 0.6 * usd,
          audioInput: 10 * usd,
          audioOutput: 20 * usd,
        },
      ],
      [
        'sample/tiered',
        {
          input: 5 * usd,
          output: 30 * usd,
          tiers: [{ above: 272_000, input: 10 * usd, output: 45 * usd, cachedInput: usd }],
        },
      ],
    ]);
    expect(imported?.notes).toEqual([{ model: 'sample/unpriced', kind: 'skipped', says: 'has no price' }]);
  });

  it('takes nothing from what is no object', () => {
    for (const json of [null, [], 'x', 5])
      expect([importModelsDev(json), importLitellm(json)]).toEqual([undefined, undefined]);
    expect(importModelsDev({ a: { models: { b: 5, c: { cost: 'x' } } } })?.prices).toEqual([]);
  });
});

describe('pricingDocument()', () => {
  it('says prices in USD, to the nano-dollar', () => {
    const tiers = [{ above: 5, input: 0 }];
    const standard = { input: 123_456_789, output: 1, perImage: 40_000_001, perRequest: 7, tiers };
    expect(pricingDocument({ standard, batch: { input: 999_999_999_999 } })).toEqual({
      input: 0.123456789,
      output: 1e-9,
      perImage: 0.040000001,
      perRequest: 7e-9,
      tiers: [{ above: 5, input: 0 }],
      batch: { input: 999.999999999 },
    });
  });
});

describe('scaled()', () => {
  it.each([
    [2.5e-6, 15, 2_500_000_000],
    [4.9999999999999996e-6, 15, 5_000_000_000],
    [1e-7, 15, 100_000_000],
    ['0.15', 9, 150_000_000],
    [0, 15, 0],
    [1e-16, 15, 0],
    [3, 9, 3_000_000_000],
  ])('%s with %d digits is %d', (value, digits, expected) => {
    expect(scaled(value, digits)).toBe(expected);
  });

  it.each([-1, Number.NaN, '', 'x', '1e9999', null, {}, 1e300])('refuses %j', (value) => {
    expect(scaled(value, 9)).toBeUndefined();
  });
});
