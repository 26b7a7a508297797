import { describe, expect, it } from 'vitest';
import { mask, rewrite, textsAfter } from './testing/rewrite.ts';
import { named, sse } from './testing/streams.ts';

describe('SseRewriter of completions', () => {
  it('passes errors', () => {
    const stream = sse({ error: { message: 'overloaded' } });
    expect(rewrite('completions', stream)).toEqual({ bytes: Buffer.from(stream), stop: undefined });
  });

  it('rewrites each choice', () => {
    const chunk = (index: number, text: string, finish_reason: string | null = null) =>
      sse({ id: 'cmpl-1', object: 'text_completion', choices: [{ index, text, logprobs: null, finish_reason }] });
    const stream =
      chunk(0, 'a1') +
      chunk(1, '99') +
      chunk(0, '234') +
      chunk(1, '99', 'stop') +
      chunk(0, '', 'length') +
      sse('[DONE]');
    expect(textsAfter('completions', stream)).toEqual({ '0/text': 'a[N]', '1/text': '[N]' });
    expect(rewrite('completions', stream).bytes.toString()).toContain(chunk(0, '[N]') + chunk(0, '', 'length'));
  });
});

describe('SseRewriter of images', () => {
  const picture = { b64_json: 'iVBORw0KGgo1234'.repeat(40), size: '1024x1024', quality: 'high', output_format: 'png' };

  it('rewrites what is said about pictures, and leaves them as they are', () => {
    const event = (type: string, more: object) => named({ type: `image_generation.${type}`, ...picture, ...more });
    const stream = (prompt: string) =>
      event('partial_image', { partial_image_index: 0 }) +
      event('completed', { revised_prompt: prompt, usage: { total_tokens: 1234 } });
    for (const size of [1, 50, 10_000]) {
      const { bytes, stop } = rewrite('images.generations', stream('a cat of 12345'), mask, size);
      expect([bytes.toString(), stop]).toEqual([stream('a cat of [N]'), undefined]);
    }
  });
});
