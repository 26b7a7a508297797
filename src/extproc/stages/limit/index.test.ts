import { describe, expect, it } from 'vitest';
import { BudgetUnit, Calendar, LimitUnit, StoreFailure } from '../../../gen/sluice/program/v1/program_pb.js';
import { createMemoryStore } from '../../../limits/memory/memory-store.ts';
import type { CounterReport, Store } from '../../../limits/store.ts';
import { unlistedModel } from '../../../program/program.ts';
import { type ProgramInit, programOf } from '../../../program/testing/program-of.ts';
import type { Exchange } from '../../exchange.ts';
import type { Metering, UsedAmounts } from '../../metering.ts';
import { exchangeOf, keyIn, providerIn } from '../../testing/exchange-of.ts';
import { responseHeadersMessage } from '../../testing/message.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import type { BudgetAlert } from './alerts.ts';
import { limit } from './index.ts';

const now = Date.UTC(2026, 10, 21, 12);
const hour = { lengthMs: 3_600_000n };
const month = { calendar: Calendar.MONTH, timeZone: 'UTC' };
const common = { onStoreFailure: StoreFailure.CLOSED, maxDistinct: 3, defaultOutputReserve: 50, per: ['key'] };

const requests = { ...common, name: 'requests', unit: LimitUnit.REQUESTS, amount: 2n, window: hour };
const tokens = { ...common, name: 'tokens', unit: LimitUnit.TOKENS, amount: 100n, window: hour, isFixed: true };
const atOnce = { ...common, name: 'at-once', unit: LimitUnit.CONCURRENCY, amount: 1n };
const weighted = {
  ...{ ...common, name: 'weighted', unit: LimitUnit.COST, amount: 100n, window: hour, isFixed: true },
  cost: 'input_tokens + output_tokens * 2u',
};
const budget = { ...common, name: 'money', unit: BudgetUnit.USD, amount: 1_000n, period: month, blocks: true };

interface Options {
  readonly init: Pick<ProgramInit, 'limits' | 'budgets' | 'keys' | 'models'>;
  readonly store?: Store;
}

/** The stage with a store in memory; one token of output costs 10 nano-USD. */
function open({ init, store = createMemoryStore({ now: () => now }) }: Options) {
  const alerts: BudgetAlert[] = [];
  const decisions: string[] = [];
  const stage = limit({
    now: () => now,
    storeOf: () => store,
    onAlert: (alert) => alerts.push(alert),
    onDecision: (name, outcome) => decisions.push(`${name} ${outcome}`),
  });
  const built = (init: Options['init']) => programOf({ keys: [{ name: 'k' }], providers: [{ name: 'a' }], ...init });
  let program = built(init);
  let number = 0;

  function ask(outputCap?: number, fields: Partial<Exchange> = {}) {
    let resumed: Verdict | undefined;
    const used: { now: UsedAmounts } = { now: { input: 0, output: 0, total: 0, nanoUsd: 0, cost: () => 0 } };
    const metering: Metering = {
      estimatedInput: 10,
      outputCap,
      worstNanoUsd: (output) => output * 10,
      boundCost: (cost, output) => cost.bound({ model: 'm', backend: 'a', route: '', input: 10, output }),
      onProgress: undefined,
      used: () => used.now,
    };
    const exchange = exchangeOf(program, { key: keyIn(program, 'k'), metering, ...fields });
    Object.assign(exchange, {
      number: ++number,
      flow: {
        resume: (_: number, decision: Verdict) => (resumed = decision),
        fail(error: unknown) {
          throw error;
        },
      },
    });
    const decision = stage.request?.(exchange);
    return {
      exchange,
      metering,
      /** What the request came to, with a store that answers at once. */
      decision: decision === verdict.pending ? resumed : decision,
      get resumed() {
        return resumed;
      },
      end(amounts: Partial<UsedAmounts> = {}) {
        used.now = { ...used.now, ...amounts };
        exchange.ending = 'done';
        stage.end?.(exchange, 'done');
      },
      answered(lines: Record<string, string> = {}) {
        stage.responseHeaders?.(exchange, responseHeadersMessage({ ':status': '200', ...lines }));
        const { setHeaders, removeHeaders } = exchange.answer;
        const at = (name: string): string | undefined => setHeaders[setHeaders.indexOf(name) + 1];
        return { at, removed: removeHeaders };
      },
    };
  }
  return {
    ...{ stage, store, alerts, decisions, ask },
    list: () => store.list(''),
    /** Policy changes. */
    program(init: Options['init']) {
      program = built(init);
    },
  };
}

function figuresOf(reports: readonly CounterReport[]) {
  return Object.fromEntries(reports.map(({ counter, used, reserved }) => [counter.key, { used, reserved }]));
}

function bodyOf({ immediate }: Exchange) {
  return JSON.parse(immediate?.body.toString() ?? '') as { readonly error: Readonly<Record<string, unknown>> };
}

describe('the limit stage', () => {
  it('does nothing, not even ask for a store, where nothing is limited', () => {
    const stage = limit({ now: () => now, storeOf: () => expect.fail('nobody needs a store') });
    expect(stage.request?.(exchangeOf({}))).toBe(verdict.proceed);
    const others = { ...tokens, scope: { keys: ['somebody-else'] } };
    const { ask, store } = open({ init: { limits: [others] } });
    expect(ask().decision).toBe(verdict.proceed);
    return expect(store.list('')).resolves.toEqual([]);
  });

  it('reserves all limits and budgets of a request at once, and settles them with what was used', async () => {
    const { ask, list } = open({ init: { limits: [requests, tokens, atOnce], budgets: [budget] } });
    const asked = ask(40);
    expect(asked.decision).toBe(verdict.proceed);
    expect(figuresOf(await list())).toEqual({
      'limit:requests:key=k': { used: 1, reserved: 0 },
      'limit:tokens:key=k': { used: 50, reserved: 50 },
      'limit:at-once:key=k': { used: 1, reserved: 1 },
      'budget:money:key=k': { used: 400, reserved: 400 },
    });
    asked.end({ input: 7, output: 5, total: 12, nanoUsd: 77 });
    expect(figuresOf(await list())).toMatchObject({
      'limit:tokens:key=k': { used: 12, reserved: 0 },
      'limit:at-once:key=k': { used: 0, reserved: 0 },
      'budget:money:key=k': { used: 77, reserved: 0 },
    });
  });

  it('settles once, however often it is told of the end', async () => {
    const { ask, list, stage } = open({ init: { limits: [tokens] } });
    const asked = ask(40);
    asked.end({ total: 12 });
    asked.end({ total: 12 });
    stage.end?.(asked.exchange, 'reset');
    expect(figuresOf(await list())).toEqual({ 'limit:tokens:key=k': { used: 12, reserved: 0 } });
  });

  it('lets nothing through that a limit is for which nobody can keep', async () => {
    const unkept = { ...common, name: 'broken', unit: LimitUnit.UNKEPT, scope: { keys: ['k'] } };
    const { ask, list, decisions } = open({ init: { limits: [requests, unkept] } });
    const refused = ask(5);
    expect(refused.decision).toBe(verdict.answered);
    expect(refused.exchange.rejection).toEqual({ code: 'limit_not_kept', params: { limit: 'broken' } });
    expect(await list()).toEqual([]);
    expect(decisions).toEqual([]);
    const others = { ...unkept, scope: { keys: ['somebody-else'] } };
    expect(open({ init: { limits: [requests, others] } }).ask(5).decision).toBe(verdict.proceed);
  });

  it('reserves nothing of the others where one refuses', async () => {
    const { ask, list, decisions } = open({ init: { limits: [tokens, atOnce] } });
    ask(80);
    const refused = ask(5);
    expect(refused.decision).toBe(verdict.answered);
    expect(figuresOf(await list())).toMatchObject({ 'limit:tokens:key=k': { used: 90, reserved: 90 } });
    expect(decisions).toEqual(['at-once admitted', 'tokens admitted', 'at-once refused']);
    refused.end();
    expect(figuresOf(await list())).toMatchObject({ 'limit:at-once:key=k': { reserved: 1 } });
  });

  it('takes what is left for a request without a cap, and nothing where nothing is left', () => {
    const { ask } = open({ init: { limits: [tokens] } });
    expect([ask(), ask(), ask()].map(({ decision }) => decision)).toEqual([
      verdict.proceed,
      verdict.proceed,
      verdict.answered,
    ]);
  });

  it('settles what nobody can say the price of as it was reserved', async () => {
    const { ask, list } = open({ init: { budgets: [budget] } });
    ask(40).end({ total: 12, nanoUsd: undefined });
    expect(figuresOf(await list())).toEqual({ 'budget:money:key=k': { used: 400, reserved: 0 } });
  });

  it('reserves the most that a request can cost, and settles what it came to', async () => {
    const { ask, list } = open({ init: { limits: [weighted] } });
    const asked = ask(40);
    expect(figuresOf(await list())).toEqual({ 'limit:weighted:key=k': { used: 90, reserved: 90 } });
    asked.end({ cost: ({ text }) => (text === weighted.cost ? 33 : 0) });
    asked.end({ cost: () => 50 });
    expect(figuresOf(await list())).toEqual({ 'limit:weighted:key=k': { used: 33, reserved: 0 } });
    // 10 tokens of input, 50 of output at twice the price: more than there is, so what is left is taken.
    ask();
    expect(figuresOf(await list())).toEqual({ 'limit:weighted:key=k': { used: 100, reserved: 67 } });
    const { error } = bodyOf(ask().exchange);
    expect(error.message).toContain('the limit "weighted" has 0 cost units left');
  });

  it('settles a cost that nobody can say as it was reserved', async () => {
    const { ask, list } = open({ init: { limits: [weighted] } });
    ask(40).end({ cost: () => undefined });
    expect(figuresOf(await list())).toEqual({ 'limit:weighted:key=k': { used: 90, reserved: 0 } });
  });

  it('takes what is left where a cost is only feared, and refuses what is likely not to fit', async () => {
    const feared = { ...weighted, cost: 'input_tokens < 10u ? 100000u : output_tokens' };
    const { ask, list } = open({ init: { limits: [feared] } });
    ask(40).end({ cost: () => 30 });
    expect(figuresOf(await list())).toEqual({ 'limit:weighted:key=k': { used: 30, reserved: 0 } });
    expect(ask(71).decision).toBe(verdict.answered);
    expect(ask(70).decision).toBe(verdict.proceed);
    expect(figuresOf(await list())).toEqual({ 'limit:weighted:key=k': { used: 100, reserved: 70 } });
    expect(ask(0).decision).toBe(verdict.answered);
  });

  it('refuses at once what can cost more than the limit allows at all', () => {
    const { ask } = open({ init: { limits: [weighted] } });
    expect(bodyOf(ask(46).exchange).error.message).toContain('the request needs 102 cost units');
  });

  it('names the limit and when to come again, and nobody’s key', () => {
    const { ask } = open({ init: { limits: [requests], keys: [{ name: 'k', user: 'ana', team: 'payments' }] } });
    ask();
    ask();
    const { exchange } = ask();
    const { error } = bodyOf(exchange);
    expect(error).toMatchObject({ code: 'rate_limit_exceeded', limit: 'requests' });
    expect(error.message).toMatch(/^Too many requests: the limit "requests" has 0 requests left. Try again in \d+ s.$/);
    const all = JSON.stringify([exchange.immediate?.headers, error]);
    expect(all).toContain('retry-after');
    expect(all).not.toMatch(/ana|payments|key=k/);
  });

  it('says when to try again also where nobody knows when a place is free', () => {
    const { ask } = open({ init: { limits: [atOnce] } });
    ask();
    const { headers = [] } = ask().exchange.immediate ?? {};
    expect(headers[headers.indexOf('retry-after') + 1]).toBe('1');
  });

  it.each<[string, boolean, Options['init'], number | undefined, number]>([
    ['a place is free in a moment', true, { limits: [atOnce] }, 1, 1],
    ['the window is over in an hour', false, { limits: [tokens] }, 60, 1],
    ['it could never fit', false, { limits: [tokens] }, 600, 0],
    ['the month is over', false, { budgets: [budget] }, 60, 1],
  ])('lets SDKs try again where %s: %s', (_, isWorthIt, init, outputCap, before) => {
    const { ask } = open({ init });
    for (let n = 0; n < before; n++) ask(outputCap);
    const { headers = [] } = ask(outputCap).exchange.immediate ?? {};
    expect(headers[headers.indexOf('x-should-retry') + 1]).toBe(String(isWorthIt));
  });

  it('says how much a request without a cap needs at least, where that is too much', () => {
    const { ask } = open({ init: { limits: [{ ...tokens, amount: 10n }] } });
    expect(bodyOf(ask().exchange).error.message).toContain(
      'the request needs 11 tokens, more than the limit "tokens" allows at all',
    );
  });
});

describe('budgets', () => {
  it('that only warn refuse nothing, and tell each threshold once', () => {
    const warning = { ...budget, blocks: false, alertAt: [50, 80, 100] };
    const { ask, alerts } = open({ init: { budgets: [warning] } });
    for (const nanoUsd of [400, 450, 10, 500, 500]) {
      const asked = ask(1_000);
      expect(asked.decision).toBe(verdict.proceed);
      asked.end({ nanoUsd });
    }
    expect(alerts.map(({ percent, used }) => [percent, used])).toEqual([
      [50, 850],
      [80, 850],
      [100, 1_360],
    ]);
    expect(alerts[0]).toMatchObject({ budget: 'money', counter: 'budget:money:key=k', limit: 1_000 });
  });

  it('tell a threshold once also where several processors share a store', () => {
    const init = { budgets: [{ ...budget, alertAt: [50] }] };
    const store = createMemoryStore({ now: () => now });
    const [one, two] = [open({ init, store }), open({ init, store })];
    for (const each of [one, two, one, two]) each.ask(20).end({ nanoUsd: 150 });
    expect([...one.alerts, ...two.alerts]).toHaveLength(1);
  });

  it('say whether they are used up, or only too small for the request, and no sums', () => {
    const { ask } = open({ init: { budgets: [budget] } });
    const message = (asked: ReturnType<typeof ask>) => bodyOf(asked.exchange).error.message;
    expect(message(ask(101))).toContain('used up: this request may cost more than is left of it');
    ask(100);
    expect(message(ask(1))).toMatch(/^The budget "money" is used up\. It begins anew in \d+ s/);
  });

  it('count with the amount of an override until it ends', () => {
    const override = { overrideAmount: 5_000n, overrideUntilMs: BigInt(now + 1) };
    expect(open({ init: { budgets: [{ ...budget, ...override }] } }).ask(400).decision).toBe(verdict.proceed);
    const ended = { ...override, overrideUntilMs: BigInt(now) };
    expect(open({ init: { budgets: [{ ...budget, ...ended }] } }).ask(400).decision).toBe(verdict.answered);
  });

  it.each([
    [true, verdict.proceed],
    [false, verdict.answered],
  ])('in money let through what has no price: %s', (allowsUnpriced, expected) => {
    const { ask } = open({ init: { budgets: [{ ...budget, allowsUnpriced }] } });
    const metering: Metering = {
      estimatedInput: 10,
      outputCap: 1,
      worstNanoUsd: () => undefined,
      boundCost: () => ({ most: 0, likely: 0 }),
      onProgress: undefined,
      used: () => ({ input: 1, output: 1, total: 2, nanoUsd: undefined, cost: () => 0 }),
    };
    const { decision, exchange } = ask(1, { metering });
    expect(decision).toBe(expected);
    if (!allowsUnpriced)
      expect(exchange.rejection).toMatchObject({ code: 'budget_exceeded', params: { limit: 'money' } });
  });

  it('end a stream that runs past them, and charge for it', async () => {
    const { ask, list } = open({ init: { budgets: [{ ...budget, endsStreams: true, defaultOutputReserve: 20 }] } });
    const asked = ask();
    expect(asked.exchange.mayEndStream).toBe(true);
    const progress = (output: number) => asked.metering.onProgress?.(output);
    expect(progress(20)).toBeUndefined();
    // More than reserved, and there is room.
    expect(progress(90)).toBeUndefined();
    expect(figuresOf(await list())).toEqual({ 'budget:money:key=k': { used: 900, reserved: 900 } });
    // The store is asked every 128 tokens.
    expect(progress(150)).toBeUndefined();
    expect(progress(220)).toEqual({ code: 'budget_exceeded', params: { limit: 'money' } });
    asked.end({ nanoUsd: 2_200 });
    expect(figuresOf(await list())).toEqual({ 'budget:money:key=k': { used: 2_200, reserved: 0 } });
  });
});

describe('counters by a header', () => {
  it('are as many as allowed, and what comes on top shares one', async () => {
    const byTenant = { ...requests, amount: 100n, per: ['header:x-tenant'], maxDistinct: 3 };
    const { ask, list } = open({ init: { limits: [byTenant] } });
    for (let n = 0; n < 10; n++) ask(1, { observed: [`tenant-${n}`] });
    expect((await list()).map(({ counter: { key }, used }) => [key, used])).toEqual([
      ['limit:requests:header%3ax-tenant=tenant-0', 1],
      ['limit:requests:header%3ax-tenant=tenant-1', 1],
      ['limit:requests:header%3ax-tenant=tenant-2', 1],
      ['limit:requests:others', 7],
    ]);
  });

  it('are bounded for a limit and a budget of one name each, and anew when policy changes', async () => {
    const both = { name: 'same', per: ['header:x-tenant'] };
    const ofTenant = { ...requests, ...both, amount: 100n, maxDistinct: 1 };
    const init = { limits: [ofTenant], budgets: [{ ...budget, ...both, maxDistinct: 3 }] };
    const { ask, list, program } = open({ init });
    for (let n = 0; n < 4; n++) ask(1, { observed: [`t-${n}`] });
    const keys = async () => (await list()).map(({ counter: { key } }) => key.replace('header%3ax-tenant=', ''));
    expect(await keys()).toEqual([
      ...['budget:same:t-0', 'budget:same:t-1', 'budget:same:t-2', 'budget:same:others'],
      ...['limit:same:t-0', 'limit:same:others'],
    ]);
    program({ ...init, limits: [{ ...ofTenant, maxDistinct: 2 }] });
    ask(1, { observed: ['t-3'] });
    expect(await keys()).toContain('limit:same:t-3');
  });
});

describe('counters by model', () => {
  it('are bounded where callers choose the name, and only there', async () => {
    const byModel = { ...requests, amount: 100n, per: ['model'], maxDistinct: 2 };
    const { ask, list } = open({ init: { limits: [byModel], models: [{ name: 'known', isOpen: true }] } });
    for (let n = 0; n < 5; n++) ask(1, { model: unlistedModel(`chosen-${n}`) });
    ask(1, { model: { ...unlistedModel('known'), isListed: true } });
    expect((await list()).map(({ counter: { key }, used }) => [key, used])).toEqual([
      ['limit:requests:model=chosen-0', 1],
      ['limit:requests:model=chosen-1', 1],
      ['limit:requests:model=known', 1],
      ['limit:requests:others', 3],
    ]);
  });
});

describe('headers of an answer', () => {
  const foreign = { 'x-ratelimit-remaining-tokens': '7', 'x-ratelimit-limit-project': '9', 'x-other': 'stays' };

  it('are ours in place of the provider’s', () => {
    const { ask } = open({ init: { limits: [tokens] } });
    const answer = ask(40).answered(foreign);
    expect(answer.at('x-ratelimit-remaining-tokens')).toBe('50');
    expect(answer.at('x-ratelimit-limit-tokens')).toBe('100');
    expect(answer.removed).toEqual(['x-ratelimit-limit-project']);
  });
});

describe('a store that answers later', () => {
  function slow() {
    const real = createMemoryStore({ now: () => now });
    const waiting: (() => void)[] = [];
    const store: Store = { ...real, reserve: (request, done) => void waiting.push(() => real.reserve(request, done)) };
    return {
      store,
      answer() {
        for (const each of waiting.splice(0)) each();
      },
    };
  }

  it('is waited for', () => {
    const { store, answer } = slow();
    const asked = open({ init: { limits: [tokens] }, store }).ask(40);
    expect(asked.decision).toBeUndefined();
    answer();
    expect(asked.resumed).toBe(verdict.proceed);
  });

  it('gets back what a caller has left behind that went away meanwhile', async () => {
    const { store, answer } = slow();
    const asked = open({ init: { limits: [tokens, atOnce] }, store }).ask(40);
    asked.end();
    answer();
    expect(asked.resumed).toBeUndefined();
    expect(Object.values(figuresOf(await store.list('')))).toEqual([
      { used: 0, reserved: 0 },
      { used: 0, reserved: 0 },
    ]);
  });

  it('and cannot be asked refuses', () => {
    const store: Store = {
      ...createMemoryStore(),
      reserve: (_, done) => done({ kind: 'unavailable', cause: 'offline', message: '', mayHaveHappened: false }),
    };
    const { ask, decisions } = open({ init: { limits: [tokens] }, store });
    const { decision, exchange } = ask(40);
    expect(decision).toBe(verdict.answered);
    expect(exchange.rejection?.code).toBe('limits_unavailable');
    expect(decisions).toEqual(['tokens unavailable']);
  });
});

describe('a provider’s own limits', () => {
  const foreign = { 'x-ratelimit-remaining-requests': '7', 'anthropic-ratelimit-tokens-limit': '1', ratelimit: 'x' };

  it.each([
    ['are taken off also for who has no limit here', undefined, Object.keys(foreign)],
    [
      'are shown to a key that brings its own credential',
      { credentials: [{ provider: 'a', header: 'authorization', value: Buffer.from('own') }] },
      [],
    ],
  ])('%s', (_, own, removed) => {
    const limits = [{ ...tokens, scope: { keys: ['somebody-else'] } }];
    const { ask } = open({ init: { limits, keys: [{ name: 'k', ...own }] } });
    const asked = ask(1);
    const { program } = asked.exchange;
    const target = { provider: 'a', model: 'm' } as Exchange['targets'][number]['target'];
    asked.exchange.targets = [{ target, provider: providerIn(program, 'a') }];
    expect(asked.answered(foreign).removed).toEqual(removed);
  });
});
