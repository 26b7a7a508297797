import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../../policy/document.ts';
import { checkCosts, costsByKey, countedCost } from './cost.ts';

describe('countedCost()', () => {
  it.each([
    ['TotalToken', undefined, { unit: 'tokens' }],
    ['InputToken', undefined, { unit: 'inputTokens' }],
    ['OutputToken', undefined, { unit: 'outputTokens' }],
    ['CachedInputToken', undefined, { unit: 'cost', cost: 'cached_input_tokens' }],
    ['CacheCreationInputToken', undefined, { unit: 'cost', cost: 'cache_creation_input_tokens' }],
    ['CachedWriteInputToken', undefined, { unit: 'cost', cost: 'cache_creation_input_tokens' }],
    ['ReasoningToken', undefined, { unit: 'cost', cost: 'reasoning_tokens' }],
    ['CEL', ' input_tokens +\noutput_tokens ', { unit: 'tokens' }],
    ['CEL', 'int(output_tokens)', { unit: 'outputTokens' }],
    ['CEL', "model == 'a' ? total_tokens : 0u", { unit: 'cost', cost: "model == 'a' ? total_tokens : 0u" }],
  ])('%s %s is %j', (type, cel, counted) => {
    expect(countedCost({ type, ...(cel && { cel }) })).toEqual({ ...counted, admitsWhileAnythingIsLeft: true });
  });

  it.each([
    ['CEL', 'input_tokens * 2', 'at character 14: uint * int is not defined, since types do not mix'],
    ['CEL', undefined, 'at character 1: it ends too early'],
  ])('%s %s is refused, with its place', (type, cel, refusal) => {
    expect(countedCost({ type, ...(cel && { cel }) })).toMatchObject({ refusal });
  });
});

describe('costsByKey()', () => {
  it('takes the cost of the route before that of the gateway', () => {
    const costs = costsByKey(
      [
        { metadataKey: 'a', type: 'InputToken' },
        { metadataKey: 'b', type: 'InputToken' },
      ],
      [{ metadataKey: 'b', type: 'OutputToken' }],
    );
    expect([...costs]).toMatchObject([
      ['a', { unit: 'inputTokens' }],
      ['b', { unit: 'outputTokens' }],
    ]);
  });
});

describe('checkCosts()', () => {
  it('says of each that is wrong where, why, and what to do', () => {
    const said: unknown[][] = [];
    const costs = [
      { metadataKey: 'good', type: 'CEL', cel: 'input_tokens * 2u' },
      { metadataKey: 'wrong', type: 'CEL', cel: 'size(model)' },
    ];
    checkCosts({} as PolicyDocument, 'spec.costs', costs, { reject: (_, ...words) => said.push(words) });
    expect(said).toEqual([
      ['spec.costs[1].cel', 'is not counted: at character 1: size is not known here', 'use int, uint, double'],
    ]);
  });
});
