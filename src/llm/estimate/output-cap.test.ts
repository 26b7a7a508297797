import { describe, expect, it } from 'vitest';
import { imagesAsked, outputCap } from './output-cap.ts';

describe('outputCap()', () => {
  it.each([
    ['chat.completions', { max_tokens: 100 }, 100],
    ['chat.completions', { max_tokens: 1, max_completion_tokens: 5000 }, 5000],
    ['chat.completions', { max_tokens: 5000, max_completion_tokens: 1 }, 5000],
    ['chat.completions', { max_tokens: 10, max_output_tokens: 20, max_completion_tokens: null }, 20],
    ['chat.completions', { max_tokens: 100, n: 3 }, 300],
    ['chat.completions', { max_tokens: 100, n: null }, 100],
    ['chat.completions', { max_tokens: 0 }, 0],
    ['completions', { max_tokens: 10, n: 2, best_of: 5 }, 50],
    ['completions', { max_tokens: 10, n: 2, prompt: ['a', 'b', 'c'] }, 60],
    ['completions', { max_tokens: 10, prompt: [1, 2, 3] }, 10],
    ['completions', { max_tokens: 10, prompt: [[1, 2], [3]] }, 20],
    ['responses', { max_output_tokens: 64 }, 64],
    ['messages', { max_tokens: 1024 }, 1024],
    ['embeddings', { input: 'x' }, 0],
    ['messages.count_tokens', { max_tokens: 5 }, 0],
    ['unknown', { max_tokens: 7 }, 7],
    ['chat.completions', { max_tokens: Number.MAX_SAFE_INTEGER, n: 4 }, Number.MAX_SAFE_INTEGER],
  ])('of %s %j is %d', (api, json, expected) => {
    expect(outputCap(api, json)).toBe(expected);
  });

  it.each([
    [{}],
    [{ max_tokens: null }],
    [{ max_tokens: -1 }],
    [{ max_tokens: 1, max_completion_tokens: '5000' }],
    [{ max_tokens: 1, max_completion_tokens: 1.5 }],
    [{ max_tokens: 1e300 }],
    [{ max_tokens: 10, n: '50' }],
    [{ max_tokens: 10, best_of: -1 }],
  ])('is not known of %j', (json) => {
    expect(outputCap('completions', json)).toBeUndefined();
  });
});

describe('imagesAsked()', () => {
  it('counts images of the images API alone', () => {
    expect(imagesAsked('images.generations', { n: 4 })).toBe(4);
    expect(imagesAsked('images.generations', {})).toBe(1);
    expect(imagesAsked('images.generations', { n: 'x' })).toBeUndefined();
    expect(imagesAsked('chat.completions', { n: 4 })).toBe(0);
  });
});
