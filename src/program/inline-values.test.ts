import { describe, expect, it } from 'vitest';
import type { Guardrail } from './guardrail.ts';
import { type Program, pricingOf } from './program.ts';
import { factsOf } from './testing/facts.ts';
import { modelOf, policy, programOfModel } from './testing/policy-program.ts';

/* What documents say, value by value, as the processor has it in the end. */

describe('a guardrail', () => {
  const withRules = (rules: readonly object[]): readonly Guardrail['rules'][number][] => {
    const spec = { rules: rules.map((each, index) => ({ name: `r${index}`, action: 'redact', ...each })) };
    const text = `apiVersion: sluice.dev/v1alpha1
kind: Guardrail
metadata: {name: every}
spec: ${JSON.stringify(spec)}`;
    const { guardrails } = programOfModel(modelOf(`${policy}\n---\n${text}`));
    return guardrails.all.find(({ name }) => name === 'every')?.rules ?? [];
  };

  it('says every value that a rule may have as it was written', () => {
    const secrets = {};
    const said = (name: keyof Guardrail['rules'][number], values: readonly string[], more: object = { secrets }) =>
      expect(withRules(values.map((value) => ({ ...more, [name]: value }))).map((each) => each[name])).toEqual(values);
    said('action', ['observe', 'redact', 'block']);
    said('severity', ['low', 'medium', 'high', 'critical']);
    said('atHoldBackLimit', ['mask', 'block']);
    said('streaming', ['buffer', 'window']);
    said('message', ['Not here.', 'Nor there.']);
    const styles = ['text', 'label', 'mask', 'hash', 'reversible'];
    const styled = withRules(styles.map((style) => ({ secrets, redaction: { style } })));
    expect(styled.map(({ redaction }) => redaction)).toMatchObject(styles.map((style) => ({ style })));
    const phases = [['request'], ['response'], ['request', 'response']];
    const onPhases = withRules(phases.map((on) => ({ secrets, on })));
    expect(onPhases.map(({ onRequest, onResponse }) => [onRequest, onResponse])).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ]);
    const levels = ['low', 'medium', 'high'];
    const injections = withRules(levels.map((sensitivity) => ({ injection: { sensitivity }, action: 'block' })));
    expect(injections.map(({ detector }) => detector)).toMatchObject(levels.map((sensitivity) => ({ sensitivity })));
    const cases = withRules([true, false].map((caseInsensitive) => ({ regex: { pattern: 'a', caseInsensitive } })));
    expect(cases.map(({ detector }) => detector)).toMatchObject([
      { isCaseInsensitive: true },
      { isCaseInsensitive: false },
    ]);
  });

  it('says of single entities what the policy says of them', () => {
    const own = { minScore: 0.3, allow: ['078-05-1120'], deny: ['EMP-0042'], context: ['staff'] };
    const [chosen, others] = withRules([
      {
        pii: {
          entities: ['US_SSN', 'IP_ADDRESS'],
          overrides: { US_SSN: { ...own, redaction: { style: 'mask', keepLast: 4 } } },
        },
      },
      { secrets: { except: ['generic-password'], minScore: 0.7 } },
    ]);
    const { context: contextWords, ...rest } = own;
    expect(chosen?.detector).toMatchObject({
      kind: 'pii',
      entities: ['IP_ADDRESS', 'US_SSN'],
      minScore: 0.5,
      options: new Map([['US_SSN', { ...rest, contextWords }]]),
    });
    expect([...(chosen?.redactionByEntity ?? [])]).toMatchObject([['US_SSN', { style: 'mask', keepLast: 4 }]]);
    expect(others?.detector).toMatchObject({ entities: undefined, except: ['generic-password'], minScore: 0.7 });
  });
});

describe('limits, budgets and prices', () => {
  const programWith = (kind: string, specs: readonly object[]): Program =>
    programOfModel(
      modelOf(
        [
          policy,
          ...specs.map(
            (spec, index) => `
apiVersion: sluice.dev/v1alpha1
kind: ${kind}
metadata: {name: z${index}}
spec: ${JSON.stringify(spec)}`,
          ),
        ].join('\n---'),
      ),
    );
  const added = <T extends { readonly name: string }>(all: readonly T[]): readonly T[] =>
    all.filter(({ name }) => /^z\d$/.test(name));

  it('says every value that a limit may have as it was written', () => {
    const limitsOf = (specs: readonly object[]) => added(programWith('Limit', specs).limits.all);
    const units = ['requests', 'tokens', 'inputTokens', 'outputTokens'];
    expect(limitsOf(units.map((unit, index) => ({ [unit]: index + 1, window: '1s' })))).toMatchObject(
      units.map((unit, index) => ({ unit, amount: index + 1 })),
    );
    expect(limitsOf([{ concurrency: 7 }])).toMatchObject([{ unit: 'concurrency', amount: 7, window: undefined }]);
    const calendar = ['minute', 'hour', 'day', 'week', 'month'];
    const timeZone = 'Asia/Kolkata';
    expect(limitsOf(calendar.map((unit) => ({ requests: 1, window: { calendar: unit, timeZone } })))).toMatchObject(
      calendar.map((unit) => ({ window: { kind: 'calendar', unit, timeZone } })),
    );
    const failures = ['closed', 'open', 'local'];
    expect(limitsOf(failures.map((onStoreFailure) => ({ requests: 1, window: '1m', onStoreFailure })))).toMatchObject(
      failures.map((onStoreFailure) => ({ onStoreFailure })),
    );
    const others = { maxDistinct: 12, defaultOutputReserve: 34, algorithm: 'fixed' };
    expect(
      limitsOf([
        { requests: 1, window: '1m' },
        { requests: 1, window: '1m', ...others },
      ]),
    ).toMatchObject([
      { onStoreFailure: 'local', maxDistinct: 10_000, defaultOutputReserve: 1_000, algorithm: 'token-bucket' },
      others,
    ]);
  });

  it('says every value that a budget may have as it was written', () => {
    const budgetsOf = (specs: readonly object[]) => added(programWith('Budget', specs).budgets.all);
    const amount = { usd: 1 };
    const calendar = ['day', 'week', 'month', 'quarter', 'year'];
    const timeZone = 'America/St_Johns';
    expect(budgetsOf(calendar.map((unit) => ({ amount, period: { calendar: unit, timeZone } })))).toMatchObject(
      calendar.map((unit) => ({ unit: 'nanoUsd', amount: 1e9, period: { kind: 'calendar', unit, timeZone } })),
    );
    const period = { rolling: '7d' };
    const unusual = {
      enforce: 'block',
      unpriced: 'allow',
      endStreams: true,
      alertAt: [10, 20],
      onStoreFailure: 'open',
    };
    expect(
      budgetsOf([
        { amount: { tokens: 5 }, period },
        { amount, period, ...unusual },
        { amount, period, enforce: 'warn' },
      ]),
    ).toMatchObject([
      {
        ...{ unit: 'tokens', enforce: 'block', unpriced: 'deny', endStreams: false, alertAt: [50, 80, 100] },
        ...{ onStoreFailure: 'local', period: { kind: 'rolling', lengthMs: 7 * 86_400_000 }, override: undefined },
      },
      unusual,
      { enforce: 'warn', unpriced: 'allow' },
    ]);
  });

  it('says every price as it was written, of each class and tier', () => {
    const names = [
      ...(['input', 'output', 'cachedInput', 'cacheWrite', 'cacheWrite1h', 'reasoning', 'audioInput'] as const),
      ...(['audioOutput', 'imageInput'] as const),
    ];
    const usd = (from: number) => Object.fromEntries(names.map((name, index) => [name, from + index]));
    const nano = (from: number) => Object.fromEntries(names.map((name, index) => [name, (from + index) * 1e9]));
    const pricing = {
      ...{ ...usd(1), perImage: 0.25, perRequest: 0.5, tiers: [{ above: 7, ...usd(20) }] },
      ...{ batch: usd(100), flex: usd(200), priority: usd(300) },
    };
    const program = programWith('Model', [{ targets: [{ provider: 'openai' }], pricing }]);
    const [target] = program.routes.find('', 'z0')?.targets ?? [];
    expect(target && pricingOf(program, 'z0', target)).toMatchObject({
      version: expect.stringMatching(/^[0-9a-f]{12}$/),
      standard: { ...nano(1), perImage: 0.25e9, perRequest: 0.5e9, tiers: [{ above: 7, ...nano(20) }] },
      ...{ batch: nano(100), flex: nano(200), priority: nano(300) },
    });
  });
});

describe('a scope', () => {
  it.each<[string, object, Parameters<typeof factsOf>[0]]>([
    ['keys', { keys: ['checkout'] }, { key: 'checkout' }],
    ['users', { users: ['ana@*'] }, { user: 'ana@example.com' }],
    ['teams', { teams: ['payments'] }, { team: 'payments' }],
    ['projects', { projects: ['shop'] }, { project: 'shop' }],
    ['models', { models: ['sm*'] }, { model: 'small' }],
    ['providers', { providers: ['openai'] }, { providers: ['spare', 'openai'] }],
    ['apis', { apis: ['responses'] }, { api: 'responses' }],
    ['headers', { headers: { 'X-Tenant': ['acme'] } }, { headers: { 'x-tenant': 'acme' } }],
    ['labels', { labels: { stage: ['prod'] } }, { labels: new Map([['stage', 'prod']]) }],
  ])('keeps to the %s of a scope, whatever has it', (part, scope, given) => {
    const specs = {
      Guardrail: { rules: [{ name: 'r', secrets: {}, action: 'block' }] },
      Limit: { requests: 1, window: '1m' },
      Budget: { amount: { tokens: 1 }, period: { rolling: '1d' } },
    };
    const documents = Object.entries(specs).map(
      ([kind, spec]) => `
apiVersion: sluice.dev/v1alpha1
kind: ${kind}
metadata: {name: scoped}
spec: ${JSON.stringify({ scope, ...spec })}`,
    );
    const scoped = programOfModel(modelOf([policy, ...documents].join('\n---')));
    const whole = {
      ...{ key: 'checkout', user: 'ana@example.com', team: 'payments', project: 'shop', model: 'small' },
      ...{ providers: ['openai'], api: 'responses', labels: new Map([['stage', 'prod']]) },
    };
    const headers = { 'x-tenant': 'acme' };
    const other: Record<string, unknown> = { providers: ['other'], labels: new Map([['stage', 'test']]) };
    for (const name of ['key', 'user', 'team', 'project', 'model', 'api']) other[name] = 'other';
    const without = Object.fromEntries(Object.keys(given ?? {}).map((name) => [name, other[name]]));
    for (const { all } of [scoped.guardrails, scoped.limits, scoped.budgets]) {
      const matcher = all.find(({ name }) => name === 'scoped')?.scope;
      expect(matcher?.matches(factsOf(given)), `${part} alone`).toBe(true);
      expect(
        matcher?.matches(factsOf({ ...whole, ...(part !== 'headers' && { headers }), ...without })),
        `all but ${part}`,
      ).toBe(false);
    }
  });
});
