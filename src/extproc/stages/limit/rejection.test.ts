import { describe, expect, it } from 'vitest';
import { StoreFailure } from '../../../gen/sluice/program/v1/program_pb.js';
import { createMemoryStore } from '../../../limits/memory/memory-store.ts';
import type { Refusal, Store } from '../../../limits/store.ts';
import type { Exchange } from '../../exchange.ts';
import { atOnce, bodyOf, budget, now, type Options, open, requests, tokens, weighted } from './testing/limit-stage.ts';

describe('a refusal', () => {
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
    expect(error.message).toMatch(
      /^Too many requests: the limit "requests" has 0 requests left. Try again in 30 min\.$/,
    );
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
    expect(bodyOf(ask().exchange).error.message).toBe(
      'Too many requests: the request needs 11 tokens, more than the limit "tokens" allows at all. ' +
        'Send a shorter prompt, or ask for fewer tokens.',
    );
  });

  /** A store that refuses so. */
  const refusing = (refusal: Partial<Refusal>): Store => ({
    ...createMemoryStore(),
    reserve: (_, done) =>
      done({ kind: 'refused', index: 0, reason: 'exhausted', retryAfterMs: undefined, figures: [], ...refusal }),
  });
  const headersOf = ({ immediate }: Exchange) => {
    const { headers = [] } = immediate ?? {};
    return (name: string): string | undefined => headers[headers.indexOf(name) + 1];
  };
  const has = ({ immediate }: Exchange, name: string) => immediate?.headers?.includes(name) === true;

  it.each([
    [1, '1', 'true'],
    [1_000, '1', 'true'],
    [1_001, '2', 'true'],
    [60_000, '60', 'true'],
    [60_001, '61', 'false'],
  ])('that is over in %d ms says to come in %s s, and to SDKs to wait: %s', (retryAfterMs, seconds, isWorthIt) => {
    const { exchange } = open({ init: { limits: [tokens] }, store: refusing({ retryAfterMs }) }).ask(1);
    const at = headersOf(exchange);
    expect([at('retry-after'), at('x-should-retry')]).toEqual([seconds, isWorthIt]);
    expect(exchange.rejection?.params).toMatchObject({ retryAfterSeconds: Number(seconds) });
  });

  it('of a limit that admits while anything is left tells what is held from what has been used', () => {
    const { ask } = open({ init: { limits: [{ ...tokens, amount: 40n, admitsWhileAnythingIsLeft: true }] } });
    const said = (): readonly (string | undefined)[] => {
      const { exchange } = ask(1);
      const at = headersOf(exchange);
      const text = bodyOf(exchange).error.message;
      return [String(text), ...['retry-after', 'x-should-retry', 'x-ratelimit-remaining-tokens', 'ratelimit'].map(at)];
    };
    // 20, 10, 5, 3, 1, 1.
    const [first, second] = Array.from({ length: 6 }, () => ask(4_096));
    const held = 'Too many requests: the limit "tokens" has 0 tokens left beside what is running. Try again in 1 s.';
    expect(said()).toEqual([held, '1', 'true', '0', '"tokens";r=0;t=3600']);
    first?.end({ total: 39 });
    expect(said()).toEqual([held, '1', 'true', '0', '"tokens";r=0;t=3600']);
    second?.end({ total: 1 });
    const used = 'Too many requests: the limit "tokens" has 0 tokens left. Try again in 60 min.';
    expect(said()).toEqual([used, '3600', 'false', '0', '"tokens";r=0;t=3600']);
  });

  it('of a limit that all of a request has to fit into says when its window ends, whatever is held', () => {
    const { ask } = open({ init: { limits: [tokens] } });
    ask(60);
    expect(headersOf(ask(60).exchange)('retry-after')).toBe('3600');
  });

  it('of which nobody knows the end says no time', () => {
    const { exchange } = open({ init: { limits: [tokens] }, store: refusing({}) }).ask(1);
    expect(has(exchange, 'retry-after')).toBe(false);
    expect(headersOf(exchange)('x-should-retry')).toBe('false');
    expect(exchange.rejection?.params).not.toHaveProperty('retryAfterSeconds');
  });

  it('of a budget is not to be tried again, however soon it begins anew', () => {
    const { exchange } = open({ init: { budgets: [budget] }, store: refusing({ retryAfterMs: 5 }) }).ask(1);
    expect(headersOf(exchange)('x-should-retry')).toBe('false');
  });

  it('for want of the store is a 503 that says who decided, and nothing about room', () => {
    const modes = ['closed', 'local'] as const;
    const { ask, decisions } = open({
      init: { limits: [{ ...tokens, onStoreFailure: StoreFailure.CLOSED }, requests] },
      store: refusing({ reason: 'store-failure', modes }),
    });
    const { exchange } = ask(1);
    expect(exchange.rejection).toEqual({ code: 'limits_unavailable', params: {} });
    expect(exchange.immediate?.status).toBe(503);
    expect(headersOf(exchange)('x-sluice-limit-mode')).toBe('closed');
    expect(has(exchange, 'x-should-retry')).toBe(false);
    expect(has(exchange, 'ratelimit')).toBe(false);
    expect(decisions).toEqual(['requests unavailable']);
  });

  it('shows all that is known of the limits, in the words of the caller’s dialect', () => {
    const { ask } = open({ init: { limits: [tokens, requests] } });
    ask(90);
    ask(0);
    expect(headersOf(ask(90).exchange)('x-ratelimit-remaining-tokens')).toBe('0');
    const { exchange } = ask(90, { dialect: 'anthropic' });
    const at = headersOf(exchange);
    expect(at('anthropic-ratelimit-tokens-remaining')).toBe('0');
    expect(at('anthropic-ratelimit-tokens-reset')).toBe(new Date(now + 3_600_000).toISOString().replace('.000', ''));
    expect(at('anthropic-ratelimit-requests-limit')).toBe('2');
    expect(has(exchange, 'x-ratelimit-remaining-tokens')).toBe(false);
    expect(at('ratelimit')).toContain('"tokens";r=0');
    expect(at('ratelimit')).toContain('"requests";r=');
  });

  it('of what has no price says why, and that it is in vain to try again', () => {
    const { ask } = open({ init: { budgets: [budget] } });
    const { metering } = ask(1);
    const { exchange } = ask(1, { metering: { ...metering, worstNanoUsd: () => undefined } });
    expect(bodyOf(exchange).error).toMatchObject({
      code: 'budget_exceeded',
      message: expect.stringContaining('nobody has said what it costs'),
    });
    expect(headersOf(exchange)('x-should-retry')).toBe('false');
  });
});
