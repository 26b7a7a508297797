import { describe, expect, it } from 'vitest';
import { usageOfBody } from './of-body.ts';

const details = (json: object) => ({ model: 'm', usage: json });

describe('usageOfBody()', () => {
  it.each([
    [
      'chat, with parts',
      'chat.completions',
      {
        service_tier: 'priority',
        usage: {
          prompt_tokens: 100,
          completion_tokens: 50,
          total_tokens: 150,
          prompt_tokens_details: { cached_tokens: 40, audio_tokens: 10, image_tokens: 5 },
          completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 4, rejected_prediction_tokens: 2 },
        },
      },
      {
        input: 100,
        cachedInput: 40,
        audioInput: 10,
        imageInput: 5,
        output: 50,
        reasoning: 30,
        audioOutput: 4,
        total: 150,
        serviceTier: 'priority',
      },
    ],
    [
      'completions',
      'completions',
      details({ prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 }),
      { input: 5, output: 7 },
    ],
    ['embeddings', 'embeddings', details({ prompt_tokens: 8, total_tokens: 8 }), { input: 8, output: 0, total: 8 }],
    ['embeddings with a total alone', 'embeddings', details({ total_tokens: 8 }), { input: 8, output: 0 }],
    [
      'responses',
      'responses',
      {
        object: 'response',
        service_tier: 'flex',
        usage: {
          input_tokens: 36,
          output_tokens: 87,
          total_tokens: 123,
          input_tokens_details: { cached_tokens: 12, cache_write_tokens: 3 },
          output_tokens_details: { reasoning_tokens: 64 },
        },
      },
      { input: 36, cachedInput: 12, cacheWrite5m: 3, output: 87, reasoning: 64, serviceTier: 'flex' },
    ],
    [
      'messages, whose input leaves out what was cached',
      'messages',
      {
        type: 'message',
        usage: {
          input_tokens: 10,
          cache_read_input_tokens: 200,
          cache_creation_input_tokens: 30,
          cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 },
          output_tokens: 5,
          service_tier: 'batch',
        },
      },
      { input: 240, cachedInput: 200, cacheWrite5m: 20, cacheWrite1h: 10, output: 5, total: 245, serviceTier: 'batch' },
    ],
    [
      'messages, with null where nothing was cached',
      'messages',
      details({ input_tokens: 10, cache_read_input_tokens: null, cache_creation_input_tokens: null, output_tokens: 5 }),
      { input: 10, cachedInput: 0, output: 5 },
    ],
    [
      'messages in the fast mode',
      'messages',
      details({ input_tokens: 1, output_tokens: 1, speed: 'fast', service_tier: 'standard' }),
      { serviceTier: 'fast' },
    ],
    [
      'images paid by token',
      'images.generations',
      {
        data: [{ b64_json: 'x' }, { b64_json: 'y' }],
        usage: {
          input_tokens: 50,
          output_tokens: 4160,
          total_tokens: 4210,
          input_tokens_details: { text_tokens: 10, image_tokens: 40 },
        },
      },
      { input: 50, imageInput: 40, output: 4160, images: 2 },
    ],
    [
      'images paid by image',
      'images.generations',
      { data: [{ url: 'u' }, { url: 'v' }] },
      { input: 0, output: 0, images: 2, source: 'counted' },
    ],
    ['tokens counted for nothing', 'messages.count_tokens', { input_tokens: 2095 }, { input: 0, output: 0, total: 0 }],
    ['tokens counted for nothing', 'responses.input_tokens', { input_tokens: 11 }, { input: 0, total: 0 }],
    [
      'a message of an API without a name',
      'unknown',
      { type: 'message', usage: { input_tokens: 1, cache_read_input_tokens: 2, output_tokens: 3 } },
      { input: 3, cachedInput: 2, output: 3 },
    ],
  ])('reads %s', (_name, api, json, expected) => {
    expect(usageOfBody(api, json)).toMatchObject({ source: 'provider', completeness: 'exact', ...expected });
  });

  it('takes an explicit zero as zero, and nothing at all as unknown', () => {
    const zero = details({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
    expect(usageOfBody('chat.completions', zero)).toMatchObject({ total: 0, completeness: 'exact' });
    for (const json of [{}, { usage: null }, { usage: {} }, { usage: [] }, { usage: 'many' }, null, 'x', [1]]) {
      expect(usageOfBody('chat.completions', json)).toBeUndefined();
      expect(usageOfBody('messages', json)).toBeUndefined();
    }
  });

  it.each([-1, Number.NaN, '12', 2 ** 53, 1.5, Number.POSITIVE_INFINITY, null, {}, [3], true])(
    'refuses %j as a number of tokens, and keeps the figures beside it',
    (garbage) => {
      const usage = {
        prompt_tokens: 10,
        completion_tokens: garbage,
        prompt_tokens_details: { cached_tokens: garbage },
      };
      expect(usageOfBody('chat.completions', { usage })).toMatchObject({
        input: 10,
        cachedInput: 0,
        output: 0,
        completeness: 'partial',
      });
    },
  );

  it('refuses figures that no model can have', () => {
    const most = 1_000_000_000;
    const of = (count: number) =>
      usageOfBody('completions', details({ prompt_tokens: count, completion_tokens: count }));
    expect(of(most)).toMatchObject({ total: 2 * most, completeness: 'exact' });
    expect(of(most + 1)).toBeUndefined();
    expect(of(Number.MAX_SAFE_INTEGER)).toBeUndefined();
  });

  it('finds the figure that is missing in the total', () => {
    expect(usageOfBody('completions', details({ prompt_tokens: 4, total_tokens: 9 }))).toMatchObject({ output: 5 });
    expect(usageOfBody('completions', details({ completion_tokens: 4, total_tokens: 9 }))).toMatchObject({ input: 5 });
  });

  it('adds thoughts that only the total of a chat tells', () => {
    const usage = usageOfBody(
      'chat.completions',
      details({ prompt_tokens: 41, completion_tokens: 5, total_tokens: 389 }),
    );
    expect(usage).toMatchObject({ input: 41, output: 348, reasoning: 343, total: 389 });
    expect(usage).not.toHaveProperty('reportedTotal');
    const beside = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 35 };
    expect(
      usageOfBody('chat.completions', details({ ...beside, completion_tokens_details: { reasoning_tokens: 20 } })),
    ).toMatchObject({ output: 25, reasoning: 20, total: 35 });
  });

  it('keeps a total that says something else', () => {
    const json = details({ input_tokens: 10, output_tokens: 5, total_tokens: 99 });
    expect(usageOfBody('responses', json)).toMatchObject({ total: 15, reportedTotal: 99 });
  });

  it('never lets parts be more than their whole', () => {
    const usage = usageOfBody(
      'chat.completions',
      details({
        prompt_tokens: 10,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 8, audio_tokens: 8 },
        completion_tokens_details: { reasoning_tokens: 50 },
      }),
    );
    expect(usage).toMatchObject({ input: 10, cachedInput: 8, audioInput: 2, output: 5, reasoning: 5 });
  });

  it('reads the words of vendors for what was cached', () => {
    const json = details({ prompt_tokens: 10, completion_tokens: 5, prompt_cache_hit_tokens: 7 });
    expect(usageOfBody('chat.completions', json)).toMatchObject({ input: 10, cachedInput: 7 });
  });

  it('takes no word into records that is not one', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1 };
    for (const tier of ['x'.repeat(65), 'a b', '', 5, 'a\nb']) {
      expect(usageOfBody('chat.completions', { usage, service_tier: tier })).not.toHaveProperty('serviceTier');
    }
  });
});
