import { describe, expect, it } from 'vitest';
import { costsByKey, countedCost } from './cost.ts';

describe('countedCost()', () => {
  it.each([
    ['TotalToken', undefined, 'tokens'],
    ['InputToken', undefined, 'inputTokens'],
    ['OutputToken', undefined, 'outputTokens'],
    ['CEL', 'total_tokens', 'tokens'],
    ['CEL', ' input_tokens +\noutput_tokens ', 'tokens'],
    ['CEL', 'int(output_tokens)', 'outputTokens'],
    ['CEL', '((input_tokens))', 'inputTokens'],
    ['CEL', 'uint((input_tokens) + int(output_tokens))', 'tokens'],
  ])('%s %s is %s', (type, cel, unit) => {
    expect(countedCost({ metadataKey: 'k', type, ...(cel && { cel }) })).toEqual({ unit });
  });

  it.each([
    ['CachedInputToken', undefined],
    ['CEL', 'input_tokens * 2u'],
    ['CEL', "model == 'a' ? total_tokens : 0u"],
    ['CEL', undefined],
  ])('%s %s is refused, with a reason', (type, cel) => {
    expect(countedCost({ metadataKey: 'k', type, ...(cel && { cel }) })).toEqual({
      refusal: expect.stringMatching(/not counted/),
    });
  });

  it('takes the cost of the route before that of the gateway', () => {
    const costs = costsByKey(
      [
        { metadataKey: 'a', type: 'InputToken' },
        { metadataKey: 'b', type: 'InputToken' },
      ],
      [{ metadataKey: 'b', type: 'OutputToken' }],
    );
    expect([...costs].map(([key, { type }]) => `${key}:${type}`)).toEqual(['a:InputToken', 'b:OutputToken']);
  });
});
