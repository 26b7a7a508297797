import { describe, expect, it, vi } from 'vitest';
import { LimitUnit } from '../../../gen/sluice/program/v1/program_pb.js';
import { createMemoryStore } from '../../../limits/memory/memory-store.ts';
import type { Store } from '../../../limits/store.ts';
import { exchangeOf } from '../../testing/exchange-of.ts';
import { verdict } from '../../verdict.ts';
import { limit } from './index.ts';
import {
  atOnce,
  bodyOf,
  budget,
  common,
  figuresOf,
  now,
  open,
  requests,
  tokens,
  weighted,
} from './testing/limit-stage.ts';

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

  it('settles what goes on out of sight with what was reserved for it', async () => {
    const { ask, list } = open({ init: { limits: [requests, tokens, atOnce], budgets: [budget] } });
    ask(40).end({ input: 7, output: 0, total: 7, nanoUsd: 7, goesOn: true });
    expect(figuresOf(await list())).toEqual({
      'limit:requests:key=k': { used: 1, reserved: 0 },
      'limit:tokens:key=k': { used: 50, reserved: 0 },
      'limit:at-once:key=k': { used: 0, reserved: 0 },
      'budget:money:key=k': { used: 400, reserved: 0 },
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
});

describe('a request of which nobody has read the body', () => {
  it('counts as one request in its place, and as nothing else', async () => {
    const { ask, list } = open({ init: { limits: [requests, tokens, atOnce, { ...weighted, cost: '7u' }] } });
    const asked = ask(40, { metering: undefined });
    expect(asked.decision).toBe(verdict.proceed);
    expect(figuresOf(await list())).toMatchObject({
      'limit:requests:key=k': { used: 1 },
      'limit:at-once:key=k': { used: 1, reserved: 1 },
      'limit:weighted:key=k': { used: 7, reserved: 7 },
    });
    asked.end();
    expect(figuresOf(await list())).toEqual({
      'limit:requests:key=k': { used: 1, reserved: 0 },
      'limit:tokens:key=k': { used: 0, reserved: 0 },
      'limit:at-once:key=k': { used: 0, reserved: 0 },
      'limit:weighted:key=k': { used: 0, reserved: 0 },
    });
  });
});

describe('a request without a price', () => {
  it.each([
    ['refused by a budget that blocks', { blocks: true, allowsUnpriced: false }, verdict.answered],
    ['let through uncounted by one that allows it', { blocks: true, allowsUnpriced: true }, verdict.proceed],
    ['let through by one that only warns', { blocks: false, allowsUnpriced: false }, verdict.proceed],
  ])('is %s', async (_, more, decision) => {
    const { ask, list } = open({ init: { budgets: [{ ...budget, ...more }] } });
    const { metering } = ask(0);
    const { used } = figuresOf(await list())['budget:money:key=k'] ?? {};
    expect(ask(40, { metering: { ...metering, worstNanoUsd: () => undefined } }).decision).toBe(decision);
    expect(figuresOf(await list())['budget:money:key=k']?.used).toBe(used);
  });
});

describe('a reservation', () => {
  it('is renewed while its request runs, and not any more when it is over', () => {
    vi.useFakeTimers();
    try {
      const renewed: string[][] = [];
      const memory = createMemoryStore({ now: () => now });
      const store: Store = {
        ...memory,
        renew(requests, done) {
          renewed.push(requests.map(({ ttlMs, counters }) => `${ttlMs} ${counters.map(({ key }) => key).join()}`));
          memory.renew(requests, done);
        },
      };
      const { ask } = open({ init: { limits: [requests, tokens, { ...atOnce, amount: 9n }] }, store });
      const [one, two] = [ask(1), ask(1)];
      const held = '120000 limit:at-once:key=k,limit:tokens:key=k';
      vi.advanceTimersByTime(40_000);
      one.end();
      vi.advanceTimersByTime(40_000);
      two.end();
      vi.advanceTimersByTime(400_000);
      expect(renewed).toEqual([[held, held], [held]]);
    } finally {
      vi.useRealTimers();
    }
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

  it('by whom each of several was decided is told to the caller and counted', () => {
    const memory = createMemoryStore({ now: () => now });
    const store: Store = {
      ...memory,
      reserve: (request, done) =>
        memory.reserve(request, (outcome) =>
          done(outcome.kind === 'admitted' ? { ...outcome, modes: ['local', 'open', 'shared'] } : outcome),
        ),
    };
    const { ask, decisions } = open({ init: { limits: [requests, tokens, atOnce] }, store });
    expect(ask(1).answered().at('x-sluice-limit-mode')).toBe('open');
    expect(decisions).toEqual(['at-once local', 'requests open', 'tokens admitted']);
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
