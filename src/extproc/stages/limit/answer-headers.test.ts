import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../limits/memory/memory-store.ts';
import type { Store } from '../../../limits/store.ts';
import type { Exchange } from '../../exchange.ts';
import { providerIn } from '../../testing/exchange-of.ts';
import { now, open, requests, tokens } from './testing/limit-stage.ts';

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

describe('who decided', () => {
  const memory = createMemoryStore({ now: () => now });
  const store: Store = {
    ...memory,
    reserve(request, done) {
      memory.reserve(request, (outcome) =>
        done(outcome.kind === 'admitted' ? { ...outcome, modes: ['local', 'shared'] } : outcome),
      );
    },
  };

  it.each([
    [false, ['x-sluice-limit-mode', 'ratelimit']],
    [true, ['ratelimit']],
  ])('is told, unless it is about what refuses nobody (%s)', (isAdvisory, expected) => {
    const { ask } = open({ init: { limits: [{ ...requests, isAdvisory }, tokens] }, store });
    const asked = ask(1);
    asked.answered();
    const { setHeaders } = asked.exchange.answer;
    expect(['x-sluice-limit-mode', 'ratelimit'].filter((name) => setHeaders.includes(name))).toEqual(expected);
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
