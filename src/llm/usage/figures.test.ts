import { describe, expect, it } from 'vitest';
import { type Figures, readExclusive, readInclusive } from './figures.ts';

function read(by: typeof readInclusive, ...usages: readonly unknown[]): Figures {
  const figures: Figures = {};
  for (const usage of usages) by(usage, figures);
  return figures;
}

describe('readInclusive()', () => {
  it.each<[object, Figures]>([
    [{ prompt_tokens: 7 }, { input: 7 }],
    [{ input_tokens: 7 }, { input: 7 }],
    [{ prompt_tokens: 7, input_tokens: 9 }, { input: 7 }],
    [{ completion_tokens: 7 }, { output: 7 }],
    [{ output_tokens: 7 }, { output: 7 }],
    [{ total_tokens: 7 }, { total: 7 }],
    [{ prompt_cache_hit_tokens: 7 }, { cachedInput: 7 }],
    [{ cache_read_input_tokens: 7 }, { cachedInput: 7 }],
    [{ cached_tokens: 7 }, { cachedInput: 7 }],
    [{ cache_creation_input_tokens: 7 }, { cacheWrite: 7 }],
    [{ reasoning_tokens: 7 }, { reasoning: 7 }],
    ...['prompt_tokens_details', 'input_tokens_details', 'input_token_details'].flatMap(
      (member): [object, Figures][] => [
        [{ [member]: { cached_tokens: 7 } }, { cachedInput: 7 }],
        [{ [member]: { cache_write_tokens: 7 } }, { cacheWrite: 7 }],
        [{ [member]: { cache_creation_tokens: 7 } }, { cacheWrite: 7 }],
        [{ [member]: { audio_tokens: 7 } }, { audioInput: 7 }],
        [{ [member]: { image_tokens: 7 } }, { imageInput: 7 }],
      ],
    ),
    ...['completion_tokens_details', 'output_tokens_details', 'output_token_details'].flatMap(
      (member): [object, Figures][] => [
        [{ [member]: { reasoning_tokens: 7 } }, { reasoning: 7 }],
        [{ [member]: { audio_tokens: 7 } }, { audioOutput: 7 }],
      ],
    ),
  ])('reads %j', (usage, expected) => {
    const figures: Figures = {};
    expect(readInclusive(usage, figures)).toBe(true);
    expect(figures).toEqual(expected);
  });

  it('prefers what details say to what a vendor says beside them', () => {
    const usage = { reasoning_tokens: 1, cached_tokens: 1, prompt_tokens_details: { cached_tokens: 2 } };
    expect(read(readInclusive, usage)).toEqual({ reasoning: 1, cachedInput: 2 });
  });

  it('says where nothing is said', () => {
    for (const usage of [undefined, null, 7, 'x', [], {}, { other: 7 }, { prompt_tokens_details: null }]) {
      expect(readInclusive(usage, {})).toBe(false);
    }
  });

  it('takes what is said later, field by field', () => {
    expect(read(readInclusive, { prompt_tokens: 9, completion_tokens: 3 }, { completion_tokens: 0 })).toEqual({
      input: 9,
      output: 0,
    });
  });
});

describe('readExclusive()', () => {
  it.each<[object, Figures]>([
    [{ input_tokens: 7 }, { input: 7 }],
    [{ output_tokens: 7 }, { output: 7 }],
    [{ cache_read_input_tokens: 7 }, { cachedInput: 7 }],
    [{ cache_creation_input_tokens: 7 }, { cacheWrite: 7 }],
    [{ cache_creation: { ephemeral_5m_input_tokens: 7 } }, { cacheWrite5m: 7 }],
    [{ cache_creation: { ephemeral_1h_input_tokens: 7 } }, { cacheWrite1h: 7 }],
    [
      { input_tokens: 1, output_tokens_details: { reasoning_tokens: 7 } },
      { input: 1, reasoning: 7 },
    ],
    [
      { input_tokens: 1, output_tokens_details: { thinking_tokens: 7 } },
      { input: 1, reasoning: 7 },
    ],
  ])('reads %j', (usage, expected) => {
    const figures: Figures = {};
    expect(readExclusive(usage, figures)).toBe(true);
    expect(figures).toEqual(expected);
  });

  it('says where nothing is said', () => {
    for (const usage of [undefined, null, [], {}, { prompt_tokens: 7 }, { cache_creation: null }]) {
      expect(readExclusive(usage, {})).toBe(false);
    }
  });

  const split = { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 };

  it('keeps the parts of a sum that is only said again', () => {
    const usage = { cache_creation_input_tokens: 7 };
    expect(read(readExclusive, { ...usage, cache_creation: split }, usage)).toEqual({
      cacheWrite: 7,
      cacheWrite5m: 3,
      cacheWrite1h: 4,
    });
  });

  it('forgets the parts of a sum that has changed', () => {
    const first = { cache_creation_input_tokens: 7, cache_creation: split };
    expect(read(readExclusive, first, { cache_creation_input_tokens: 9 })).toEqual({ cacheWrite: 9 });
    expect(read(readExclusive, first, { output_tokens: 1 })).toMatchObject({ cacheWrite5m: 3, cacheWrite1h: 4 });
  });
});
