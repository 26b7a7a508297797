import { describe, expect, it } from 'vitest';
import type { Guardrail } from './guardrail.ts';
import { budgetAmount } from './limit.ts';
import { pricingOf } from './program.ts';
import { programResources } from './resources.ts';
import { factsOf } from './testing/facts.ts';
import { modelOf, policy, programOfModel } from './testing/policy-program.ts';

describe('inline policy in the program', () => {
  const program = programOfModel(modelOf(policy));
  const [guardrail] = program.guardrails.all;
  const rule = (name: string): Guardrail['rules'][number] | undefined =>
    guardrail?.rules.find((each) => each.name === name);

  it('holds every detector as the guard understands it', () => {
    expect(guardrail).toMatchObject({ name: 'no-personal-data', isObserving: true });
    expect(guardrail?.rules.map(({ detector, remote }) => [detector.kind, remote !== undefined])).toEqual([
      ['pii', false],
      ['secrets', false],
      ['keywords', false],
      ['regex', false],
      ['injection', false],
      ['azureContentSafety', true],
      ['openaiModeration', true],
      ['bedrockGuardrail', true],
      ['webhook', true],
    ]);
    expect(rule('data')).toMatchObject({
      onRequest: true,
      onResponse: true,
      roles: undefined,
      action: 'redact',
      severity: 'high',
      redaction: { style: 'reversible' },
      detector: { entities: undefined, minScore: 0.4 },
    });
    expect(rule('tickets')?.roles).toEqual(new Set(['system', 'user']));
    expect(rule('jailbreak')).toMatchObject({ onResponse: false, detector: { sensitivity: 'medium', threshold: 0.7 } });
    expect(rule('openai')?.detector).toMatchObject({ thresholds: new Map([['violence', 0.8]]), categories: undefined });
    expect(rule('azure')?.remote).toEqual({
      timeoutMs: 800,
      onFailure: 'closed',
      mostConcurrent: 64,
      cacheMs: 60_000,
    });
    expect(rule('own')?.remote?.cacheMs).toBe(0);
  });

  it('resolves secrets by the names that rules and settings have for them', () => {
    const { detector } = rule('own') ?? {};
    expect(detector?.kind === 'webhook' && program.secrets.get(detector.credential)).toMatch(/TEAM_OPENAI_KEY/);
    const { store, redactionSecret } = program.settings;
    expect(store.kind === 'redis' && program.secrets.get(store.password)).toMatch(/LONG_ENOUGH_KEY/);
    expect(program.secrets.get(redactionSecret)).toMatch(/REDACTION_SECRET/);
    expect(program.secrets.size).toBe(9);
  });

  it('holds no secret anywhere else', () => {
    const { secrets: _, keys: __, ...rest } = program;
    const text = JSON.stringify(rest, (_key, value) =>
      value instanceof Map || value instanceof Set ? [...value] : value,
    );
    expect(text).not.toContain('the value of');
  });

  it('finds limits and budgets, and whom a counter is for', () => {
    const found: (typeof program.limits.all)[number][] = [];
    const request = factsOf({ key: 'checkout', team: 'payments', headers: { 'x-tenant': 'acme' } });
    program.limits.collect(request, found);
    expect(found.map(({ name, counter }) => [name, counter.keyOf(request)])).toEqual([
      ['at-once', ''],
      ['daily', ''],
      ['per-key-tpm', 'key=checkout&header:x-tenant=acme'],
    ]);
    expect(found.map(({ window, algorithm }) => [window, algorithm])).toEqual([
      [undefined, 'fixed'],
      [{ kind: 'calendar', unit: 'day', timeZone: 'Europe/Berlin' }, 'fixed'],
      [{ kind: 'rolling', lengthMs: 60_000 }, 'token-bucket'],
    ]);
  });

  it('counts an override of a budget until its end', () => {
    const [month, rolling] = program.budgets.all;
    const end = Date.parse('2099-01-01T00:00:00Z');
    expect(month && budgetAmount(month, end - 1)).toBe(800_500_000_000);
    expect(month && budgetAmount(month, end)).toBe(500_000_000_000);
    expect(rolling).toMatchObject({
      unit: 'tokens',
      amount: 10_000_000,
      enforce: 'warn',
      unpriced: 'allow',
      alertAt: [90],
    });
  });

  it('prices a target by its own prices, else by those of the logical model', () => {
    const [first, spare] = program.routes.find('', 'small')?.targets ?? [];
    const price = first && pricingOf(program, 'small', first);
    expect(price?.standard).toMatchObject({
      input: 150_000_000,
      cachedInput: 75_000_000,
      cacheWrite: undefined,
      reasoning: undefined,
      perRequest: 100_000,
      perImage: undefined,
    });
    expect(price?.standard.tiers).toMatchObject([{ above: 200_000, input: 300_000_000, cachedInput: undefined }]);
    expect(price?.flex).toBeUndefined();
    expect(spare && pricingOf(program, 'small', spare)?.standard.input).toBe(0);
    const [own] = program.routes.find('checkout', 'small')?.targets ?? [];
    const ownPrice = own && pricingOf(program, 'small', own);
    expect(ownPrice?.standard).toMatchObject({ input: 1_000_000_000, output: undefined, reasoning: undefined });
    const [unknown] = program.routes.find('', 'unpriced')?.targets ?? [];
    expect(unknown && pricingOf(program, 'unpriced', unknown)).toBeUndefined();
  });

  it('prices a target that says nothing, nor its model, by a catalogue', () => {
    const prices = ['small', 'own', 'unpriced'].map(
      (name) => `{provider: openai, model: ${name}, pricing: {input: 9}}`,
    );
    const listed = programOfModel(
      modelOf(`${policy}
---
apiVersion: sluice.dev/v1alpha1
kind: PriceCatalogue
metadata: {name: public}
spec: {prices: [${prices.join()}]}
`),
    );
    const inputOf = (key: string, model: string) => {
      const [first] = listed.routes.find(key, model)?.targets ?? [];
      return first && pricingOf(listed, model, first)?.standard.input;
    };
    expect(inputOf('', 'unpriced')).toBe(9_000_000_000);
    expect([inputOf('', 'small'), inputOf('checkout', 'small')]).toEqual([150_000_000, 1_000_000_000]);
  });

  it('reads the headers that scopes and counters name', () => {
    expect(program.observedHeaders).toEqual(['x-tenant']);
  });

  it('moves one small resource for one change', () => {
    const versions = (text: string): Map<string, string> =>
      new Map(programResources(modelOf(text)).map(({ typeUrl, name, version }) => [`${typeUrl} ${name}`, version]));
    const before = versions(policy);
    const moved = (from: string, to: string): string[] => {
      const after = versions(policy.replace(from, to));
      expect(after.size).toBe(before.size);
      return [...after].filter(([id, version]) => before.get(id) !== version).map(([id]) => id.replace(/^.*v1\./, ''));
    };
    expect(moved('tokens: 100k', 'tokens: 200k')).toEqual(['Limit per-key-tpm']);
    expect(moved('amount: {usd: 500}', 'amount: {usd: 501}')).toEqual(['Budget month']);
    expect(moved('input: 0.15', 'input: 0.16')).toEqual(['Pricing small']);
    expect(moved('Not here.', 'Nor there.')).toEqual(['Guardrail no-personal-data']);
    expect(moved('env: LONG_ENOUGH_KEY', 'env: OTHER')).toEqual(['SecretValue gateway/default/store-password']);
    expect(moved('replicas: 2', 'replicas: 3')).toEqual(['Settings settings']);
  });
});
