import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../limits/memory/memory-store.ts';
import type { Store } from '../../../limits/store.ts';
import type { Metering } from '../../between-stages/metering.ts';
import { verdict } from '../../verdict.ts';
import { bodyOf, budget, figuresOf, now, open } from './testing/limit-stage.ts';

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

  it('tell what a processor that died had spent, once, by whoever asks next', () => {
    let clock = now;
    const init = { budgets: [{ ...budget, alertAt: [50, 80, 100], endsStreams: true, defaultOutputReserve: 20 }] };
    const store = createMemoryStore({ now: () => clock });
    const [dying, one, two] = [open({ init, store }), open({ init, store }), open({ init, store })];
    for (const [output, tokens, decision] of [
      [60, 1, verdict.proceed],
      // Nothing is left for this one.
      [90, 30, verdict.answered],
    ] as const) {
      const { metering } = dying.ask();
      metering.onProgress?.(output);
      clock += 120_001;
      for (const each of [one, two, one, two]) {
        const asked = each.ask(tokens);
        expect(asked.decision).toBe(decision);
        asked.end({ nanoUsd: 0 });
      }
    }
    expect(dying.alerts).toEqual([]);
    expect([...one.alerts, ...two.alerts].map(({ percent }) => percent)).toEqual([50, 80, 100]);
  });

  it('tell by the usual amount what was spent under an override that has ended', () => {
    const store = createMemoryStore({ now: () => now });
    const init = { budgets: [{ ...budget, alertAt: [50, 80, 100] }] };
    const override = { overrideAmount: 5_000n, overrideUntilMs: BigInt(now + 1) };
    const raised = open({ init: { budgets: init.budgets.map((each) => ({ ...each, ...override })) }, store });
    raised.ask(150).end({ nanoUsd: 1_500 });
    expect(raised.alerts).toEqual([]);
    const usual = open({ init, store });
    for (let n = 0; n < 3; n++) expect(usual.ask(1).decision).toBe(verdict.answered);
    expect(usual.alerts.map(({ percent, limit }) => [percent, limit])).toEqual([50, 80, 100].map((at) => [at, 1_000]));
  });

  it.each([
    ['again what the store may have told to nobody', true, [50]],
    ['nothing again that waited for the store', false, []],
  ])('tell %s', (_, isUnheard, expected) => {
    const memory = createMemoryStore({ now: () => now });
    let isAway = true;
    const store: Store = {
      ...memory,
      settle(request, done) {
        if (!isAway) return memory.settle(request, done);
        memory.settle(request, () => done({ kind: 'queued', ...(isUnheard && { isUnheard }) }));
      },
    };
    const { ask, alerts } = open({ init: { budgets: [{ ...budget, alertAt: [50] }] }, store });
    ask(60).end({ nanoUsd: 600 });
    isAway = false;
    for (let n = 0; n < 2; n++) ask(1).end({ nanoUsd: 1 });
    expect(alerts.map(({ percent }) => percent)).toEqual(expected);
  });

  it('say whether they are used up, or only too small for the request, and no sums', () => {
    const { ask } = open({ init: { budgets: [budget] } });
    const message = (asked: ReturnType<typeof ask>) => bodyOf(asked.exchange).error.message;
    expect(message(ask(101))).toContain('has less left than this request may cost');
    ask(100);
    expect(message(ask(1))).toMatch(/^The budget "money" is used up\. It begins anew in 9 days 12 h\. Ask/);
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
      used: () => ({ input: 1, output: 1, total: 2, nanoUsd: undefined, goesOn: false, cost: () => 0 }),
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
