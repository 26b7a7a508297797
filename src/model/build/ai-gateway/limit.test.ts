import { describe, expect, it } from 'vitest';
import type { RateLimitRule } from '../../../policy/envoy-gateway/rate-limit.ts';
import { countedCost } from './cost.ts';
import { buildGlobalLimit } from './limit.ts';

const metadata = (key: string, namespace = 'io.envoy.ai_gateway') =>
  ({ from: 'Metadata', metadata: { namespace, key } }) as const;
const number = (value: number) => ({ from: 'Number', number: value }) as const;
const costs = new Map([
  ['total', countedCost({ type: 'TotalToken' })],
  ['weighted', countedCost({ type: 'CEL', cel: 'input_tokens + output_tokens * 6u' })],
  ['wrong', countedCost({ type: 'CEL', cel: 'input_tokens * 2' })],
]);

function built(rule: Partial<RateLimitRule>) {
  const whole: RateLimitRule = {
    clientSelectors: [],
    limit: { requests: 100, unit: 'Hour' },
    shared: false,
    shadowMode: false,
    ...rule,
  };
  return buildGlobalLimit(whole, { name: 'l', route: 'chat', costs, origins: ['P/p'] });
}

describe('buildGlobalLimit()', () => {
  it.each<[Partial<RateLimitRule>, object]>([
    [{}, { unit: 'requests', amount: 100, per: ['route'] }],
    [{ shared: true }, { per: [] }],
    [{ cost: { request: number(3) } }, { unit: 'requests', amount: 33 }],
    [{ cost: { request: number(0), response: metadata('total') } }, { unit: 'tokens', amount: 100 }],
    [{ cost: { response: metadata('total') } }, { unit: 'cost', cost: 'total_tokens', perRequest: 1, amount: 100 }],
    [
      { cost: { request: number(5), response: metadata('weighted') } },
      { unit: 'cost', cost: 'input_tokens + output_tokens * 6u', perRequest: 5, amount: 96 },
    ],
    [{ cost: { request: number(0), response: number(7) } }, { unit: 'cost', perRequest: 7, amount: 100 }],
    [{ cost: { request: number(0), response: { from: 'Number' } } }, { unit: 'cost', perRequest: 1, amount: 100 }],
    [{ cost: { response: number(7) } }, { unit: 'cost', perRequest: 8, amount: 100 }],
    [{ cost: { request: number(5), response: number(7) } }, { unit: 'cost', perRequest: 12, amount: 96 }],
    [{ cost: { request: number(101), response: number(7) } }, { unit: 'cost', perRequest: 108, amount: 0 }],
    [{ cost: { request: number(3), response: number(0) } }, { unit: 'requests', amount: 33 }],
    [{ shadowMode: true }, { unit: 'requests', amount: 100, enforce: 'warn' }],
    [{}, { enforce: 'block' }],
    [
      { cost: { request: number(0), response: metadata('weighted') } },
      { unit: 'cost', cost: 'input_tokens + output_tokens * 6u', amount: 100 },
    ],
    [{ limit: { requests: 1, unit: 'Second' } }, { window: { kind: 'rolling', lengthMs: 1_000 } }],
    [{ limit: { requests: 1, unit: 'Week' } }, { window: { kind: 'rolling', lengthMs: 604_800_000 } }],
    [{ limit: { requests: 1, unit: 'Year' } }, { window: { kind: 'calendar', unit: 'year', timeZone: 'UTC' } }],
    [
      {
        clientSelectors: [
          { headers: [{ type: 'Distinct', name: 'x-user-id' }] },
          { headers: [{ type: 'Exact', name: 'x-tier', value: 'free' }] },
        ],
      },
      {
        per: ['route', 'header:x-user-id'],
        scope: expect.objectContaining({
          headers: [
            { name: 'x-tier', values: ['free'] },
            { name: 'x-user-id', values: ['*'] },
          ],
        }),
      },
    ],
    [
      { clientSelectors: [{ headers: [{ type: 'Distinct', name: 'x-ai-eg-model' }] }] },
      { per: ['route', 'model'], scope: expect.objectContaining({ headers: [] }) },
    ],
  ])('makes of %j a limit', (rule, expected) => {
    expect(built(rule)).toMatchObject({ limit: expected });
  });

  it.each<[Partial<RateLimitRule>, string]>([
    [{ shadowMode: true, cost: { request: metadata('total') } }, 'cost.request'],
    [{ shadowMode: true, cost: { response: metadata('wrong') } }, 'cost.response.metadata.key'],
    [
      { shadowMode: true, clientSelectors: [{ headers: [{ type: 'Exact', name: 'x', value: 'a*' }] }] },
      'clientSelectors[0].headers[0].value',
    ],
    [{ cost: { request: number(0) } }, 'cost.request.number'],
    [{ cost: { request: number(0), response: number(0) } }, 'cost.request.number'],
    [
      {
        clientSelectors: [
          { headers: [{ type: 'Exact', name: 'x-ai-eg-model', value: 'a' }] },
          { headers: [{ type: 'Exact', name: 'x-ai-eg-model', value: 'b' }] },
        ],
      },
      'clientSelectors',
    ],
  ])('refuses %j, and closes nothing, since it holds nobody back', (rule, path) => {
    expect(built(rule)).toMatchObject({ path, refusal: expect.any(String) });
    expect(built(rule)).not.toHaveProperty('unkept');
  });

  it.each<[Partial<RateLimitRule>, string]>([
    [{ cost: { request: metadata('total') } }, 'cost.request'],
    [{ cost: { request: number(0), response: metadata('total', 'other') } }, 'cost.response.metadata.namespace'],
    [{ cost: { request: number(0), response: metadata('unknown') } }, 'cost.response.metadata.key'],
    [{ cost: { request: number(0), response: metadata('wrong') } }, 'cost.response.metadata.key'],
    [
      { clientSelectors: [{ headers: [{ type: 'Exact', name: 'x', value: 'a*' }] }] },
      'clientSelectors[0].headers[0].value',
    ],
  ])('refuses %j, and lets nothing through in its place', (rule, path) => {
    const unkept = { unit: 'unkept', amount: 0, per: [], scope: expect.objectContaining({ routes: ['chat'] }) };
    expect(built(rule)).toMatchObject({ path, refusal: expect.any(String), unkept });
  });

  it('asks whether anything is left where the answer has a cost, and of requests whether one more fits', () => {
    const rule = { cost: { request: number(0), response: metadata('total') } };
    expect(built(rule)).toMatchObject({ limit: { unit: 'tokens', admitsWhileAnythingIsLeft: true } });
    const fixed = { cost: { request: number(2), response: number(3) } };
    expect(built(fixed)).toMatchObject({ limit: { unit: 'cost', admitsWhileAnythingIsLeft: true } });
    expect(built({})).toMatchObject({ limit: { unit: 'requests', admitsWhileAnythingIsLeft: false } });
  });

  it('closes no more than what the limit is for', () => {
    const header = { type: 'Exact', name: 'x-tier', value: 'fr*e' } as const;
    const scope = { headers: [{ name: 'x-tier', values: ['fr*e'] }], routes: ['chat'] };
    expect(built({ clientSelectors: [{ headers: [header] }] })).toMatchObject({ unkept: { scope } });
  });
});
