import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ok } from '../../../src/lib/result.ts';
import { buildModel } from '../../../src/model/build/build.ts';
import { secretsOnly } from '../../../src/model/build/testing/surroundings.ts';
import type { Limit } from '../../../src/model/limit.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { compileProgram, explain } from './explanation.ts';

const rules = readFileSync(`${import.meta.dirname}/../../../src/model/build/testdata/rules.policy.yaml`, 'utf8')
  .replace('"gone-*"], keys: [nobody], headers: {X-Tenant: [b, a]}', '"gone-*"]')
  .replace('mode: observe', 'mode: enforce')
  .replace(/^.*name: data,.*\n/m, '');

const more = `
---
apiVersion: sluice.dev/v1alpha1
kind: Limit
metadata: {name: by-tenant}
spec: {scope: {keys: [checkout], headers: {x-tenant: [acme]}}, requests: 5, window: 1s}
---
apiVersion: sluice.dev/v1alpha1
kind: Limit
metadata: {name: of-somebody-else}
spec: {scope: {keys: [nobody], headers: {x-tenant: [acme]}}, requests: 5, window: 1s}
---
apiVersion: sluice.dev/v1alpha1
kind: Guardrail
metadata: {name: answers}
spec:
  rules:
  - {name: held, on: [response], injection: {}, action: block}
  - {name: windows, on: [response], injection: {}, action: block, streaming: window}
  - {name: tried, on: [response], injection: {}, action: observe}
  - {name: words, on: [response], keywords: [falcon], action: observe}
  - {name: service, on: [response], webhook: {url: "https://guard.example.com"}, action: observe, streaming: window}
`;

const catalogue = `
---
apiVersion: sluice.dev/v1alpha1
kind: PriceCatalogue
metadata: {name: public}
spec: {prices: [{provider: openai, model: unpriced, pricing: {input: 3}}]}
`;

function explained(key: string, model: string, changed = (limits: readonly Limit[]) => limits, added = '') {
  const { documents } = parseDocuments(rules + more + added, 'policy.yaml', '.', { now: 0 });
  const [gateway] = buildModel(
    documents,
    secretsOnly((source) => ok(`value ${JSON.stringify(source)} of at least 32 characters`)),
  ).gateways;
  const program = gateway && compileProgram({ ...gateway, limits: changed(gateway.limits) });
  if (program === undefined) throw new Error('the policy makes no program');
  return explain(program, { key, model }, Date.parse('2026-06-01T00:00:00Z'), gateway).policy;
}

describe('explain: inline policy', () => {
  const policy = explained('checkout', 'small');

  it('says of every rule what it does, and how it treats streams', () => {
    expect(policy.guardrails.find((line) => line.includes('/tickets'))).toMatch(
      /^no-personal-data\/tickets: regex in requests and responses: redact; streams pass as they come, at most \d+ characters held back$/,
    );
    const ofAnswers = policy.guardrails.filter((line) => line.startsWith('answers/'));
    expect(
      ofAnswers.map((line) =>
        line.replace(/ in responses: | asks a service for at most 1000 ms, fails closed; /g, ' '),
      ),
    ).toEqual([
      'answers/held: injection block; needs whole texts: streams are held until they are complete',
      'answers/windows: injection block; needs whole texts: streams are judged in windows of 2048 characters, 512 of them shared',
      'answers/tried: injection observe; streams pass undelayed, and are looked at when they are over',
      'answers/words: keywords observe; streams pass undelayed',
      'answers/service: webhook observe; streams pass undelayed, and are looked at when they are over',
    ]);
    expect(policy.guardrails).toContain('no-personal-data/keys: secrets in requests: block');
    expect(policy.guardrails).toContain(
      'no-personal-data/azure: azureContentSafety in requests: block; asks a service for at most 800 ms, fails closed',
    );
  });

  it('says which limits and budgets apply, with their counters', () => {
    expect(policy.limits).toEqual([
      'at-once: 5 requests at a time, one counter for all; without store: local',
      'daily: 10k requests per day (Europe/Berlin), one counter for all; without store: closed',
      'by-tenant: only for certain values of x-tenant',
    ]);
    expect(policy.budgets).toEqual([
      'month: 800.5 USD (until 2099-01-01T00:00:00.000Z) per month (Europe/Berlin), counter team=; blocks',
      'rolling: 10M tokens per 30d, one counter for all; warns',
    ]);
  });

  it('says what a limit counts that weighs tokens, on one line', () => {
    const weighted = (limits: readonly Limit[]) =>
      limits
        .filter(({ name }) => name === 'daily')
        .map((limit) => ({ ...limit, unit: 'cost' as const, cost: 'input_tokens\n  + output_tokens * 6u\n' }));
    expect(explained('checkout', 'small', weighted).limits).toEqual([
      'daily: 10k of input_tokens + output_tokens * 6u per day (Europe/Berlin), one counter for all; without store: closed',
    ]);
  });

  const day = 'per day (Europe/Berlin)';
  const end = 'without store: closed';
  it.each<[string, Partial<Limit>, string]>([
    [
      'it admits while anything is left',
      { admitsWhileAnythingIsLeft: true },
      `requests ${day}, admits while anything is left, one counter for all; ${end}`,
    ],
    ['it refuses nobody', { enforce: 'warn' }, `requests ${day}, one counter for all; refuses nobody; ${end}`],
    [
      'each request costs the same',
      { unit: 'cost', perRequest: 7_000 },
      `of 7k for each request ${day}, one counter for all; ${end}`,
    ],
    [
      'each request costs more than its tokens',
      { unit: 'cost', cost: 'total_tokens', perRequest: 2 },
      `of total_tokens and 2 for each request ${day}, one counter for all; ${end}`,
    ],
  ])('says of a limit that %s', (_, changed, text) => {
    const limits = (all: readonly Limit[]) =>
      all.filter(({ name }) => name === 'daily').map((limit) => ({ ...limit, ...changed }));
    expect(explained('checkout', 'small', limits).limits).toEqual([`daily: 10k ${text}`]);
  });

  it('says what each target costs', () => {
    expect(policy.price).toEqual([
      expect.stringMatching(
        /^openai\/own: 1 USD per million input tokens, unknown output \(version [0-9a-f]{12} by ApiKey\/checkout\)$/,
      ),
    ]);
    expect(explained('checkout', 'unpriced').price).toEqual(['openai/as asked for: unknown']);
    expect(explained('checkout', 'unpriced', undefined, catalogue).price).toEqual([
      expect.stringMatching(/^openai\/as asked for: 3 USD .* \(version [0-9a-f]{12} by PriceCatalogue\/public\)$/),
    ]);
  });

  it('says nothing of what a refused request does not meet', () => {
    expect(explained('nobody', 'small')).toEqual({ guardrails: [], limits: [], budgets: [], price: [] });
  });
});
