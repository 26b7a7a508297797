import { describe, expect, it } from 'vitest';
import { writtenTokens } from './written-tokens.ts';

const words = 'Some words that are counted, one by one.';
const counted = { least: 8, most: 14 };

describe('writtenTokens()', () => {
  it.each([
    ['chat.completions', { id: 'c', choices: [{ message: { role: 'assistant', content: words } }] }],
    ['chat.completions', { choices: [{ message: { tool_calls: [{ function: { arguments: `{"a":"${words}"}` } }] } }] }],
    ['completions', { choices: [{ index: 0, text: words }] }],
    ['messages', { type: 'message', content: [{ type: 'text', text: words }] }],
    [
      'responses',
      { instructions: words.repeat(9), output: [{ type: 'message', content: [{ type: 'output_text', text: words }] }] },
    ],
  ])('counts what the model of %s has written, and nothing else', (api, answer) => {
    expect(writtenTokens(api, answer)).toBeGreaterThanOrEqual(counted.least);
    expect(writtenTokens(api, answer)).toBeLessThanOrEqual(counted.most);
  });

  it('finds nothing written in vectors', () => {
    expect(writtenTokens('embeddings', { data: [{ index: 0, embedding: 'AAAAgD8AAABA' }] })).toBe(0);
  });
});
