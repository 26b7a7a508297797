import { describe, expect, it } from 'vitest';
import { fromExclusive, fromInclusive } from './convert.ts';
import type { Figures } from './figures.ts';
import type { Usage } from './usage.ts';

const whole = { isComplete: true, images: 0, serviceTier: undefined };

describe('fromInclusive()', () => {
  it.each<[string, string, Figures, Partial<Usage> | undefined]>([
    ['embeddings by their input, whatever the total', 'embeddings', { input: 5, total: 9 }, { input: 5, output: 0 }],
    ['embeddings with output', 'embeddings', { input: 5, output: 2, cachedInput: 3 }, { output: 2, cachedInput: 3 }],
    ['embeddings without any', 'embeddings', { cachedInput: 3 }, undefined],
    ['nothing but parts', 'chat.completions', { cachedInput: 3, reasoning: 1, total: 9 }, undefined],
    ['output above the total', 'completions', { output: 5, total: 3 }, { input: 0, output: 5, total: 5 }],
    ['input above the total', 'completions', { input: 5, total: 3 }, { input: 5, output: 0, total: 5 }],
    ['input alone', 'completions', { input: 5 }, { input: 5, output: 0, completeness: 'partial' }],
    ['output alone', 'completions', { output: 5 }, { input: 0, output: 5, completeness: 'partial' }],
    [
      'what only the total tells, but of a chat alone',
      'responses',
      { input: 1, output: 2, total: 9 },
      { output: 2, reasoning: 0, total: 3, reportedTotal: 9 },
    ],
    ['all of it in the total', 'chat.completions', { input: 1, output: 2, reasoning: 1, total: 3 }, { reasoning: 1 }],
    [
      'more than the total of a chat',
      'chat.completions',
      { input: 10, output: 5, total: 12 },
      { input: 10, output: 5, reasoning: 0, total: 15, reportedTotal: 12 },
    ],
    [
      'one token in the total alone',
      'chat.completions',
      { input: 1, output: 2, total: 4 },
      { output: 3, reasoning: 1 },
    ],
    ['no thoughts', 'chat.completions', { input: 1, output: 2, total: 8 }, { output: 7, reasoning: 5, total: 8 }],
    [
      'thoughts of which the total tells only more',
      'chat.completions',
      { input: 1, output: 4, reasoning: 3, total: 10 },
      { output: 9, reasoning: 8, total: 10 },
    ],
    [
      'thoughts that hold what the total tells',
      'chat.completions',
      { input: 1, output: 4, reasoning: 5, total: 10 },
      { output: 9, reasoning: 5, total: 10 },
    ],
  ])('reads %s', (_, api, figures, expected) => {
    const usage = fromInclusive(api, figures, whole);
    if (expected === undefined) expect(usage).toBeUndefined();
    else expect(usage).toMatchObject(expected);
  });
});

describe('fromExclusive()', () => {
  it.each<[string, Figures, Partial<Usage> | undefined]>([
    ['nothing', {}, undefined],
    ['output alone', { output: 4 }, { input: 0, output: 4, completeness: 'partial' }],
    ['what was cached alone', { cachedInput: 7 }, { input: 7, cachedInput: 7, completeness: 'partial' }],
    ['what was written alone', { cacheWrite: 7, output: 1 }, { input: 7, cacheWrite5m: 7, completeness: 'partial' }],
    ['input alone', { input: 3 }, { input: 3, output: 0, completeness: 'partial' }],
    ['a sum of writes', { input: 1, cacheWrite: 5, output: 1 }, { input: 6, cacheWrite5m: 5, cacheWrite1h: 0 }],
    [
      'writes without their sum',
      { input: 1, cacheWrite5m: 3, cacheWrite1h: 4, output: 1 },
      { input: 8, cacheWrite5m: 3, cacheWrite1h: 4, completeness: 'exact' },
    ],
    [
      'a sum that is more than the writes of known length',
      { input: 1, cacheWrite: 10, cacheWrite1h: 4, output: 1 },
      { input: 11, cacheWrite5m: 6, cacheWrite1h: 4 },
    ],
    [
      'a sum that is less than its parts',
      { input: 1, cacheWrite: 5, cacheWrite5m: 3, cacheWrite1h: 4, output: 1 },
      { input: 8, cacheWrite5m: 3, cacheWrite1h: 4 },
    ],
    [
      'all of them',
      { input: 1, cachedInput: 2, cacheWrite: 7, cacheWrite5m: 3, cacheWrite1h: 4, output: 9, reasoning: 5 },
      { input: 10, cachedInput: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 9, reasoning: 5, total: 19 },
    ],
  ])('reads %s', (_, figures, expected) => {
    const usage = fromExclusive(figures, whole);
    if (expected === undefined) expect(usage).toBeUndefined();
    else expect(usage).toMatchObject(expected);
  });
});

describe('parts', () => {
  it('are cut where they do not fit into their whole, the dearer ones last', () => {
    const parts = { cachedInput: 4, cacheWrite1h: 3, cacheWrite5m: 2, audioInput: 2, imageInput: 9 };
    const of = (input: number) => fromInclusive('responses', { input, output: 6, ...parts }, whole);
    expect(of(20)).toMatchObject({ ...parts, imageInput: 9 });
    expect(of(12)).toMatchObject({ ...parts, imageInput: 1 });
    expect(of(8)).toMatchObject({ cachedInput: 4, cacheWrite1h: 3, cacheWrite5m: 1, audioInput: 0, imageInput: 0 });
    expect(of(3)).toMatchObject({ cachedInput: 3, cacheWrite1h: 0, cacheWrite5m: 0, audioInput: 0, imageInput: 0 });
    const spoken = { input: 1, output: 6, reasoning: 4, audioOutput: 4 };
    expect(fromInclusive('chat.completions', spoken, whole)).toMatchObject({ reasoning: 4, audioOutput: 2 });
  });

  it('come with the surroundings of the answer', () => {
    const figures = { input: 1, output: 2 };
    const around = { isComplete: false, images: 3, serviceTier: 'flex' };
    for (const usage of [fromInclusive('responses', figures, around), fromExclusive(figures, around)]) {
      expect(usage).toMatchObject({ images: 3, serviceTier: 'flex', completeness: 'partial', source: 'provider' });
    }
    expect(fromInclusive('responses', figures, whole)).not.toHaveProperty('serviceTier');
    expect(fromInclusive('responses', { ...figures, total: 3 }, whole)).not.toHaveProperty('reportedTotal');
  });
});
