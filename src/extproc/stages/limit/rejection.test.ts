import { describe, expect, it } from 'vitest';
import { atOnce, bodyOf, budget, type Options, open, requests, tokens, weighted } from './testing/limit-stage.ts';

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
    expect(bodyOf(ask().exchange).error.message).toBe(
      'Too many requests: the request needs 11 tokens, more than the limit "tokens" allows at all. ' +
        'Send a shorter prompt, or ask for fewer tokens.',
    );
  });
});
