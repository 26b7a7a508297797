import { describe, expect, it } from 'vitest';
import { countedTexts } from '../estimate/testing/counted-texts.ts';
import { OutputCounter } from './output-counter.ts';
import { settledUsage } from './settled-usage.ts';
import { noTokens, type Usage } from './usage.ts';

function count(...events: readonly unknown[]): number {
  const counter = new OutputCounter();
  for (const event of events) counter.event(event);
  return counter.tokens;
}

describe('OutputCounter', () => {
  it.each(countedTexts)('is off by at most 15 % for $name', ({ tokens, text }) => {
    const counter = new OutputCounter();
    counter.text(text);
    expect(Math.abs(counter.tokens / tokens - 1)).toBeLessThan(0.15);
  });

  it('counts a text alike however it is cut', () => {
    const text = countedTexts.map((each) => each.text).join('\n');
    const whole = count({ choices: [{ delta: { content: text } }] });
    for (const length of [1, 2, 3, 7, 50]) {
      const pieces = text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [];
      expect(count(...pieces.map((content) => ({ choices: [{ delta: { content } }] })))).toBe(whole);
    }
  });

  it('counts what a model writes in every shape of stream, and nothing else', () => {
    const text = 'The quick brown fox jumps over the lazy dog.';
    const tokens = count({ choices: [{ text }] });
    expect(tokens).toBeGreaterThan(7);
    const alike = [
      { id: 'chatcmpl-1', model: 'long-model-name', choices: [{ delta: { role: 'assistant', content: text } }] },
      { choices: [{ delta: { reasoning_content: text, content: null } }] },
      { choices: [{ delta: { tool_calls: [{ index: 0, id: 'call_1', function: { arguments: text } }] } }] },
      { type: 'response.output_text.delta', item_id: 'item', delta: text },
      { type: 'content_block_delta', delta: { type: 'text_delta', text } },
      { type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: text } },
      { type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: text } },
    ];
    for (const event of alike) expect(count(event)).toBe(tokens);
    const silent = [
      { type: 'response.output_text.done', text },
      { type: 'response.completed', response: { output: [{ content: [{ text }] }] } },
      { type: 'message_start', message: { id: text } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
      { choices: [] },
      null,
      text,
    ];
    expect(count(...silent)).toBe(0);
  });
});

describe('settledUsage()', () => {
  const said = (more: Partial<Usage>): Usage => ({ ...noTokens, source: 'provider', completeness: 'exact', ...more });

  it('charges what the provider says of an answer that came to its end', () => {
    const reported = said({ input: 10, output: 1, total: 11 });
    expect(settledUsage({ reported, estimatedInput: 99, countedOutput: 50, isComplete: true })).toBe(reported);
  });

  it('charges what was counted where the provider broke off before it said more', () => {
    const reported = said({ input: 10, cachedInput: 4, output: 1, total: 11, completeness: 'partial' });
    expect(settledUsage({ reported, estimatedInput: 99, countedOutput: 50, isComplete: false })).toEqual({
      ...reported,
      output: 50,
      total: 60,
      source: 'counted',
    });
    expect(settledUsage({ reported, estimatedInput: 99, countedOutput: 0, isComplete: false })).toBe(reported);
  });

  it('charges what the provider left out, too', () => {
    const from = { estimatedInput: 20, countedOutput: 5, isComplete: true } as const;
    const ofOutput = said({ output: 7, total: 7, completeness: 'partial' });
    expect(settledUsage({ ...from, reported: ofOutput })).toMatchObject({
      ...{ input: 20, output: 7, total: 27, source: 'estimated', completeness: 'partial' },
    });
    const ofInput = said({ input: 9, total: 9, completeness: 'partial' });
    expect(settledUsage({ ...from, reported: ofInput })).toMatchObject({
      ...{ input: 9, output: 5, total: 14, source: 'counted', completeness: 'partial' },
    });
    const zero = said({});
    expect(settledUsage({ ...from, reported: zero })).toBe(zero);
  });

  it('charges estimate and count where the provider says nothing', () => {
    const from = { reported: undefined, estimatedInput: 20 };
    expect(settledUsage({ ...from, countedOutput: 5, isComplete: true })).toMatchObject({
      input: 20,
      output: 5,
      total: 25,
      source: 'counted',
      completeness: 'estimated',
    });
    expect(settledUsage({ ...from, countedOutput: 0, isComplete: false })).toMatchObject({
      source: 'estimated',
      completeness: 'partial',
    });
  });
});
