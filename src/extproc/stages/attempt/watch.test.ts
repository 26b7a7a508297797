import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { Answer } from '../../answer.ts';
import { Registry } from '../../registry.ts';
import { type ExchangeFields, exchangeOf, keyIn, providerIn } from '../../testing/exchange-of.ts';
import { requestHeadersMessage } from '../../testing/message.ts';
import { attempt } from './index.ts';

const program = programOf({
  providers: [{ name: 'a' }, { name: 'b' }],
  routes: [
    { id: 'plain', models: ['plain'], targets: [{ provider: 'a' }, { provider: 'b', priority: 1 }] },
    { id: 'body', models: ['body'], watchBody: true, targets: [{ provider: 'a' }, { provider: 'b', priority: 1 }] },
    { id: 'token', models: ['token'], firstTokenTimeoutMs: 500, targets: [{ provider: 'a' }, { provider: 'b' }] },
    { id: 'single', models: ['single'], watchBody: true, targets: [{ provider: 'a' }] },
  ],
  keys: [{ name: 'k' }],
});

function prepared(model: string, fields: ExchangeFields = {}) {
  const registry = new Registry(3);
  const route = program.routes.find('k', model);
  const targets = (route?.targets ?? []).map((target) => ({ target, provider: providerIn(program, target.provider) }));
  const exchange = exchangeOf(program, {
    key: keyIn(program, 'k'),
    route,
    targets,
    body: Buffer.from('{}'),
    ...fields,
  });
  attempt(registry).request?.(exchange);
  const { setHeaders, removeHeaders } = exchange.answer;
  const headers = new Map(setHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, setHeaders[i + 1] ?? '']] : [])));
  return { exchange, registry, headers, removeHeaders };
}

describe('a request whose attempts are watched', () => {
  it('says so to the upstream filter, and brings its own rules for going on', () => {
    for (const isStream of [false, true]) {
      const { exchange, headers, removeHeaders } = prepared('body', { isStream });
      expect(exchange.isWatched).toBe(true);
      expect(headers.get('x-sluice-watch')).toBe(isStream ? 'stream' : 'body');
      expect(headers.get('x-envoy-retry-on')).toBe('reset,retriable-status-codes');
      expect(headers.get('x-envoy-retriable-status-codes')).toBe('599');
      expect(headers.has('x-envoy-upstream-rq-per-try-timeout-ms')).toBe(false);
      expect(removeHeaders).toContain('accept-encoding');
    }
  });

  it('limits the time of an attempt by the time to the first token', () => {
    expect(prepared('token', { isStream: true }).headers.get('x-envoy-upstream-rq-per-try-timeout-ms')).toBe('500');
  });

  it('is marked anew on later attempts for the filter that watches streams, and for no other', () => {
    const marked = (model: string, isStream: boolean) => {
      const { exchange } = prepared(model, { isStream });
      const answer = new Answer();
      attempt(new Registry(3)).laterAttempt?.(exchange, 2, answer, requestHeadersMessage({}));
      return answer.setHeaders.includes('x-sluice-watch') && answer.setHeaders.includes('stream');
    };
    expect([marked('body', true), marked('token', true)]).toEqual([true, true]);
    expect([marked('body', false), marked('plain', true)]).toEqual([false, false]);
  });

  it('is found again by its first attempt, even where no other follows', () => {
    const { exchange, registry } = prepared('single');
    expect(registry.find(exchange.number)).toBe(exchange);
    expect(exchange.body).toHaveLength(0);
  });
});

describe('a request that is not watched', () => {
  it.each<[string, ExchangeFields]>([
    ['plain', {}],
    ['plain', { isStream: true }],
    ['token', { isStream: false }],
    ['body', { route: undefined }],
  ])('to %s with %j carries nothing of it', (model, fields) => {
    const { exchange, headers, removeHeaders } = prepared(model, fields);
    expect(exchange.isWatched).toBe(false);
    expect([...headers.keys()].filter((name) => /watch|retry-on|retriable|per-try/.test(name))).toEqual([]);
    expect(removeHeaders).not.toContain('accept-encoding');
  });
});
