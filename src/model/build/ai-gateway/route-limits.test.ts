import { describe, expect, it } from 'vitest';
import type { RateLimitRule } from '../../../policy/envoy-gateway/rate-limit.ts';
import type { AiRouteDocument, BackendTrafficDocument } from '../documents.ts';
import { type CountedCost, countedCost } from './cost.ts';
import { buildRouteLimits } from './route-limits.ts';

const metadata = { namespace: 'io.envoy.ai_gateway', key: 'tokens' };
const rule: RateLimitRule = {
  clientSelectors: [],
  limit: { requests: 100, unit: 'Hour' },
  cost: { request: { from: 'Number', number: 0 }, response: { from: 'Metadata', metadata } },
  shared: true,
  shadowMode: false,
};
const policy = { id: 'P/p', spec: { rateLimit: { type: 'Global', global: { rules: [rule] } } } };

const right = countedCost({ type: 'TotalToken' });
const wrong = countedCost({ type: 'CEL', cel: 'input_tokens * 2' });

/** Of routes that know the cost like this, with what is said. */
function built(routes: Readonly<Record<string, CountedCost | undefined>>) {
  const said: string[] = [];
  const say =
    (severity: string) =>
    (_: unknown, path: string, message: string): void => {
      said.push(`${severity} ${path} ${message}`);
    };
  const limits = buildRouteLimits(
    Object.entries(routes).map(([name, cost]) => ({
      policy: policy as unknown as BackendTrafficDocument,
      route: {} as AiRouteDocument,
      name,
      rules: [],
      costs: new Map(cost ? [['tokens', cost]] : []),
    })),
    { reject: say('error'), warn: say('warning') },
  );
  return { limits: limits.map(({ name, unit, scope }) => [name, unit, scope.routes]), said };
}

const path = 'spec.rateLimit.global.rules[0].cost.response.metadata.key';

describe('buildRouteLimits()', () => {
  it('closes the routes whose cost is wrong, and counts the others', () => {
    expect(built({ a: right, b: wrong, c: right })).toEqual({
      limits: [
        ['P/p/0/tokens', 'tokens', ['a', 'c']],
        ['P/p/0/unkept', 'unkept', ['b']],
      ],
      said: [expect.stringMatching(/^error .*cannot be kept, so that requests which it is for are refused/)],
    });
  });

  it('counts nothing of routes that lack a cost which others have', () => {
    expect(built({ a: right, b: undefined, c: undefined })).toEqual({
      limits: [['P/p/0', 'tokens', ['a']]],
      said: [`warning ${path} counts nothing of the route b and 1 more: no llmRequestCosts has the key tokens there`],
    });
  });

  it('closes the routes of a limit on a cost that no route has', () => {
    expect(built({ a: undefined, b: undefined })).toEqual({
      limits: [['P/p/0', 'unkept', ['a', 'b']]],
      said: expect.arrayContaining([expect.stringContaining('no llmRequestCosts has the key tokens')]),
    });
  });
});
