import { describe, expect, it } from 'vitest';
import { BudgetUnit, LimitUnit, StoreFailure } from '../../../gen/sluice/program/v1/program_pb.js';
import { createMemoryStore } from '../../../limits/memory/memory-store.ts';
import type { ReserveItem, Store, UsageItem } from '../../../limits/store.ts';
import type { UsedAmounts } from '../../between-stages/metering.ts';
import { verdict } from '../../verdict.ts';
import {
  atOnce,
  budget,
  figuresOf,
  now,
  type Options,
  open,
  requests,
  tokens,
  weighted,
} from './testing/limit-stage.ts';

const inputTokens = { ...tokens, name: 'input', unit: LimitUnit.INPUT_TOKENS };
const outputTokens = { ...tokens, name: 'output', unit: LimitUnit.OUTPUT_TOKENS };
const tokenBudget = { ...budget, unit: BudgetUnit.TOKENS, amount: 1_000n };
const used = { input: 3, output: 5, total: 8, nanoUsd: 77 };

describe('what a request takes', () => {
  it.each<[string, Options['init'], Readonly<Record<'capped' | 'uncapped' | 'settled', number>>]>([
    ['tokens', { limits: [tokens] }, { capped: 50, uncapped: 60, settled: 8 }],
    ['input tokens', { limits: [inputTokens] }, { capped: 10, uncapped: 10, settled: 3 }],
    ['output tokens', { limits: [outputTokens] }, { capped: 40, uncapped: 50, settled: 5 }],
    ['tokens of a budget', { budgets: [tokenBudget] }, { capped: 50, uncapped: 60, settled: 8 }],
    ['money', { budgets: [budget] }, { capped: 400, uncapped: 500, settled: 77 }],
    ['requests', { limits: [requests] }, { capped: 1, uncapped: 1, settled: 1 }],
    ['places', { limits: [atOnce] }, { capped: 1, uncapped: 1, settled: 0 }],
  ])(
    'of %s is reserved by its cap or by the default, and settled with what was used',
    async (_, init, { capped, uncapped, settled }) => {
      for (const [cap, reserved] of [
        [40, capped],
        [undefined, uncapped],
      ] as const) {
        const { ask, list } = open({ init });
        const asked = ask(cap);
        expect(asked.decision).toBe(verdict.proceed);
        expect(Object.values(figuresOf(await list()))).toMatchObject([{ used: reserved }]);
        asked.end(used);
        expect(Object.values(figuresOf(await list()))).toEqual([{ used: settled, reserved: 0 }]);
      }
    },
  );

  it('reserves one token at least where the default is none', async () => {
    const { ask, list } = open({ init: { limits: [{ ...outputTokens, defaultOutputReserve: 0 }] } });
    ask();
    expect(figuresOf(await list())).toEqual({ 'limit:output:key=k': { used: 1, reserved: 1 } });
  });

  it('of money may be what is left, for a request without a cap that can be paid at all', async () => {
    const { ask, list } = open({ init: { budgets: [{ ...budget, amount: 30n }] } });
    expect(ask(4).decision).toBe(verdict.answered);
    expect(ask().decision).toBe(verdict.proceed);
    expect(figuresOf(await list())).toEqual({ 'budget:money:key=k': { used: 30, reserved: 30 } });
    expect(open({ init: { budgets: [{ ...budget, amount: 9n }] } }).ask().decision).toBe(verdict.answered);
  });
});

describe('a limit that admits while anything is left', () => {
  const small = <T extends object>(limit: T) => ({ ...limit, amount: 8n, admitsWhileAnythingIsLeft: true });

  it.each<[string, typeof tokens, number | undefined, Partial<UsedAmounts>]>([
    ['tokens', small(tokens), 4_096, { total: 30 }],
    ['tokens without a cap', small(tokens), undefined, { total: 30 }],
    ['input tokens', small(inputTokens), undefined, { input: 30 }],
    ['output tokens', small(outputTokens), 4_096, { output: 30 }],
    ['costs', small(weighted), 4_096, { cost: () => 30 }],
    ['costs without a cap', small(weighted), undefined, { cost: () => 30 }],
  ])('lets in what may use more, beside what has been used, and counts all of it: %s', async (_, limit, cap, end) => {
    const { ask, list } = open({ init: { limits: [limit] } });
    const key = `limit:${limit.name}:key=k`;
    ask(cap).end({ total: 3, input: 3, output: 3, cost: () => 3 });
    const large = ask(cap);
    expect(large.decision).toBe(verdict.proceed);
    expect(figuresOf(await list())).toEqual({ [key]: { used: 6, reserved: 3 } });
    large.end(end);
    expect(figuresOf(await list())).toEqual({ [key]: { used: 33, reserved: 0 } });
    expect(ask(1).decision).toBe(verdict.answered);
  });

  it('shows what is left beside what runs, which takes no more than it may use, nor than half', async () => {
    const { ask, list } = open({ init: { limits: [small(outputTokens)] } });
    expect(ask(3).answered().at('x-ratelimit-remaining-tokens')).toBe('5');
    expect(ask(3).answered().at('x-ratelimit-remaining-tokens')).toBe('2');
    expect(ask(3).answered().at('x-ratelimit-remaining-tokens')).toBe('1');
    expect(figuresOf(await list())).toEqual({ 'limit:output:key=k': { used: 7, reserved: 7 } });
  });

  it('lets nobody in where it is of nothing, or nobody can say what a request comes to', () => {
    const nothing = { ...small(inputTokens), amount: 0n };
    const failing = { ...small(weighted), cost: "model == 'm' ? 1u / (output_tokens - output_tokens) : 1u" };
    for (const limit of [nothing, failing]) {
      expect(open({ init: { limits: [limit] } }).ask(1).decision, limit.name).toBe(verdict.answered);
    }
  });

  it('is not what a limit does that does not say so', () => {
    const { ask } = open({ init: { limits: [{ ...tokens, amount: 8n }] } });
    const refused = ask(4_096);
    expect(refused.decision).toBe(verdict.answered);
    expect(refused.exchange.immediate?.body.toString()).toContain('allows at all');
  });
});

describe('a cost of each request', () => {
  const fixed = { ...weighted, cost: '', perRequest: 7n, amount: 20n, admitsWhileAnythingIsLeft: true };
  const key = 'limit:weighted:key=k';

  it.each<[string, Partial<UsedAmounts>]>([
    ['answered', { total: 30, cost: () => 30 }],
    ['never answered', {}],
    ['of which nobody knows the cost', { cost: () => undefined }],
    ['that goes on out of sight', { goesOn: true }],
  ])('is held while it runs and charged when it is over: one %s', async (_, end) => {
    const { ask, list } = open({ init: { limits: [fixed] } });
    const asked = ask(4_096);
    expect(figuresOf(await list())).toEqual({ [key]: { used: 7, reserved: 7 } });
    asked.end(end);
    expect(figuresOf(await list())).toEqual({ [key]: { used: 7, reserved: 0 } });
  });

  it('is charged to a request whose body nobody reads', async () => {
    const { ask, list } = open({ init: { limits: [fixed] } });
    ask(1, { metering: undefined }).end();
    expect(figuresOf(await list())).toEqual({ [key]: { used: 7, reserved: 0 } });
  });

  it('refuses from when it is used up, and lets the last one exceed it', async () => {
    const { ask, list } = open({ init: { limits: [fixed] } });
    for (const _ of [1, 2, 3]) ask().end();
    expect(figuresOf(await list())).toEqual({ [key]: { used: 21, reserved: 0 } });
    expect(ask().decision).toBe(verdict.answered);
  });

  it('comes on top of what the answer costs, whatever that is', async () => {
    const both = { ...fixed, cost: weighted.cost, amount: 100n };
    const { ask, list } = open({ init: { limits: [both] } });
    const asked = ask(20);
    expect(figuresOf(await list())).toEqual({ [key]: { used: 50, reserved: 50 } });
    asked.end({ cost: () => 12 });
    expect(figuresOf(await list())).toEqual({ [key]: { used: 19, reserved: 0 } });
    ask(20).end();
    expect(figuresOf(await list())).toEqual({ [key]: { used: 26, reserved: 0 } });
    const unknown = ask(5);
    unknown.end({ cost: () => undefined });
    expect(figuresOf(await list())).toEqual({ [key]: { used: 26 + 10 + 5 * 2 + 7, reserved: 0 } });
  });
});

describe('a limit that refuses nobody', () => {
  const watched = <T extends object>(limit: T) => ({ ...limit, isAdvisory: true });

  it('counts, lets everybody through, and says where it would have refused', async () => {
    const { ask, list, decisions } = open({ init: { limits: [watched(requests)] } });
    const asked = [ask(), ask(), ask()];
    for (const each of asked) expect(each.decision).toBe(verdict.proceed);
    expect(figuresOf(await list())).toMatchObject({ 'limit:requests:key=k': { used: 3 } });
    expect(decisions).toEqual(['requests admitted', 'requests admitted', 'requests exceeded']);
    expect(asked.map(({ exchange }) => exchange.exceeded)).toEqual([undefined, undefined, ['requests']]);
  });

  it('is no limit to the caller, in an answer as in a refusal by another one', () => {
    const { ask } = open({ init: { limits: [watched({ ...requests, name: 'seen', amount: 1n }), atOnce] } });
    const first = ask();
    expect(first.answered().at('ratelimit')).toBe('"at-once";r=0');
    const refused = ask();
    expect(refused.decision).toBe(verdict.answered);
    const headers = refused.exchange.immediate?.headers.map(String) ?? [];
    expect(headers).toContain('"at-once";r=0');
    expect(headers.join()).not.toContain('seen');
  });

  it('of tokens tells what one that refuses would do, request by request', async () => {
    const small = { ...tokens, amount: 8n, admitsWhileAnythingIsLeft: true };
    const kept = open({ init: { limits: [small] } });
    const seen = open({ init: { limits: [watched(small)] } });
    for (const total of [3, 4, 0, 5, 6]) {
      const isKept = kept.ask(4_096);
      const isSeen = seen.ask(4_096);
      const refused = isKept.decision === verdict.answered;
      expect(isSeen.exchange.exceeded).toEqual(refused ? ['tokens'] : undefined);
      if (!refused) isKept.end({ total });
      isSeen.end({ total });
    }
    expect(figuresOf(await seen.list())).toEqual({ 'limit:tokens:key=k': { used: 18, reserved: 0 } });
    expect(seen.decisions.at(-1)).toBe('tokens exceeded');
  });

  it('holds a request whose cost has no bound to what others leave it', async () => {
    const failing = { ...weighted, cost: "model == 'm' ? 1u / (output_tokens - output_tokens) : 1u" };
    const { ask, list } = open({ init: { limits: [watched({ ...failing, admitsWhileAnythingIsLeft: true })] } });
    expect(ask(1).decision).toBe(verdict.proceed);
    expect(figuresOf(await list())).toEqual({ 'limit:weighted:key=k': { used: 50, reserved: 50 } });
  });

  it('says of a budget that only warns that it has no room, too', () => {
    const { ask, decisions } = open({ init: { budgets: [{ ...budget, blocks: false, amount: 30n }] } });
    ask(3);
    const beyond = ask(1);
    expect([beyond.decision, beyond.exchange.exceeded]).toEqual([verdict.proceed, ['money']]);
    expect(decisions).toEqual(['money admitted', 'money exceeded']);
  });
});

describe('what the store is told', () => {
  function overheard() {
    const memory = createMemoryStore({ now: () => now });
    const reserved: ReserveItem[] = [];
    const settled: UsageItem[] = [];
    const store: Store = {
      ...memory,
      reserve(request, done) {
        reserved.push(...request.items);
        memory.reserve(request, done);
      },
      settle(request, done) {
        settled.push(...request.items);
        memory.settle(request, done);
      },
    };
    return { store, reserved, settled };
  }

  it.each([
    [StoreFailure.CLOSED, 'closed'],
    [StoreFailure.OPEN, 'open'],
    [StoreFailure.LOCAL, 'local'],
  ])('is what to do while it is away, of each unit: %s', (onStoreFailure, expected) => {
    const { store, reserved, settled } = overheard();
    const limits = [requests, tokens, inputTokens, outputTokens, atOnce, weighted];
    const init = {
      limits: limits.map((each) => ({ ...each, onStoreFailure })),
      budgets: [budget, { ...tokenBudget, name: 'b' }].map((each) => ({ ...each, onStoreFailure })),
    };
    open({ init, store }).ask(1).end(used);
    expect(reserved.map((item) => item.onStoreFailure)).toEqual(Array.from({ length: 8 }, () => expected));
    // Requests are counted for good when they are admitted.
    expect(settled.map((item) => item.onStoreFailure)).toEqual(Array.from({ length: 7 }, () => expected));
  });

  it('is who watches, and who only warns', () => {
    const { store, reserved, settled } = overheard();
    const budgets = [
      { ...budget, name: 'silent' },
      { ...budget, name: 'telling', alertAt: [50] },
      { ...budget, name: 'warning', blocks: false },
    ];
    open({ init: { budgets }, store }).ask(1).end(used);
    const flags = ({ counter, isWatched }: ReserveItem | UsageItem) => [counter.key.split(':')[1], isWatched];
    const watched = [
      ['silent', false],
      ['telling', true],
      ['warning', false],
    ];
    expect(reserved.map(flags).sort()).toEqual(watched);
    expect(settled.map(flags).sort()).toEqual(watched);
    expect(reserved.filter(({ isAdvisory }) => isAdvisory).map(({ counter }) => counter.key)).toEqual([
      'budget:warning:key=k',
    ]);
  });
});

describe('what is shown of a limit', () => {
  it.each([
    [requests, '"requests";q=2;w=3600;qu="requests"', '"requests";r=1;t=1800'],
    [tokens, '"tokens";q=100;w=3600;qu="tokens"', '"tokens";r=50;t=3600'],
    [inputTokens, '"input";q=100;w=3600;qu="input-tokens"', '"input";r=90;t=3600'],
    [outputTokens, '"output";q=100;w=3600;qu="output-tokens"', '"output";r=60;t=3600'],
    [atOnce, '"at-once";q=1;qu="concurrent-requests"', '"at-once";r=0'],
    [weighted, '"weighted";q=100;w=3600;qu="cost"', '"weighted";r=10;t=3600'],
  ])('is its unit, its window and what is left: %o', (each, policy, state) => {
    const answer = open({ init: { limits: [each] } })
      .ask(40)
      .answered();
    expect(answer.at('ratelimit-policy')).toBe(policy);
    expect(answer.at('ratelimit')).toBe(state);
  });

  it('is nothing where it is money', () => {
    const asked = open({ init: { limits: [atOnce], budgets: [budget] } }).ask(40);
    expect(asked.answered().at('ratelimit-policy')).toBe('"at-once";q=1;qu="concurrent-requests"');
  });
});

describe('a stream that runs past what it has reserved', () => {
  it('is ended by a budget of tokens with its input counted, and settled with what it came to', async () => {
    const init = { budgets: [{ ...tokenBudget, endsStreams: true, defaultOutputReserve: 20 }] };
    const { ask, list } = open({ init });
    const asked = ask();
    expect(asked.metering.onProgress?.(990)).toBeUndefined();
    expect(figuresOf(await list())).toEqual({ 'budget:money:key=k': { used: 1_000, reserved: 1_000 } });
    expect(asked.metering.onProgress?.(1_118)).toMatchObject({ code: 'budget_exceeded' });
    asked.end({ total: 1_130 });
    expect(figuresOf(await list())).toEqual({ 'budget:money:key=k': { used: 1_130, reserved: 0 } });
  });

  it('tells every limit beside the budget how far it has come', async () => {
    const budgets = [{ ...tokenBudget, endsStreams: true, defaultOutputReserve: 20 }];
    const limits = [tokens, inputTokens, outputTokens, weighted, atOnce].map((each) => ({ ...each, amount: 1_000n }));
    const { ask, list } = open({ init: { limits, budgets } });
    ask().metering.onProgress?.(90);
    expect(figuresOf(await list())).toMatchObject({
      'limit:tokens:key=k': { reserved: 100 },
      'limit:input:key=k': { reserved: 10 },
      'limit:output:key=k': { reserved: 90 },
      'limit:weighted:key=k': { reserved: 190 },
      'limit:at-once:key=k': { reserved: 1 },
    });
  });

  it.each([
    ['only warns', { blocks: false, endsStreams: true }],
    ['does not ask for it', { endsStreams: false }],
  ])('goes on where the budget %s', (_, more) => {
    const asked = open({ init: { budgets: [{ ...tokenBudget, ...more }] } }).ask();
    expect(asked.exchange.mayEndStream).toBe(false);
    expect(asked.metering.onProgress).toBeUndefined();
  });
});
