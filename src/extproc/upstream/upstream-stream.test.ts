import { describe, expect, it, vi } from 'vitest';
import type { Exchange } from '../exchange.ts';
import type { Stage } from '../stage.ts';
import { exchangeOf, plannedTarget } from '../testing/exchange-of.ts';
import { engineWith, FakeStream, sent } from '../testing/fake-stream.ts';
import { grpcStatus } from '../transport/status.ts';
import { verdict } from '../verdict.ts';
import { type RelayTo, UpstreamStream } from './upstream-stream.ts';

const prepare: Stage = {
  name: 'prepare',
  laterAttempt(_, attempt, answer) {
    answer.set('x-attempt', String(attempt));
    return verdict.proceed;
  },
};

function open(stages: readonly Stage[] = [prepare], relayTo: RelayTo = () => undefined, now = 0) {
  const engine = engineWith(stages, { monotonic: () => now });
  const exchange: Exchange = exchangeOf({ providers: [{ name: 'a' }], settings: { collectsFailedAnswers: true } });
  const target = plannedTarget(exchange.program, 'a');
  exchange.targets = [target, target];
  engine.registry.add(exchange);
  const stream = new FakeStream();
  const handler = new UpstreamStream(stream, engine, relayTo);
  const id = engine.registry.idOf(exchange);
  return { stream, handler, id, engine, exchange };
}

const headers = sent.attempt;

describe('an upstream stream', () => {
  it('prepares the attempt of the exchange that the metadata names', () => {
    const { stream, handler, id } = open();
    handler.message(headers(id, '2'));
    expect(stream.kinds).toEqual(['requestHeaders']);
    expect(Buffer.concat(stream.frames).toString()).toContain('x-attempt');
    handler.end();
    expect(stream.ended).toBe('ok');
  });

  it.each([
    ['without an exchange', '', '2'],
    ['with a strange exchange', '0.5e3', '2'],
    ['of an exchange that is over', '0.99', '2'],
    ['of another process that is not known', '1.7', '2'],
    ['for attempt 1, which was prepared elsewhere', '0.7', '1'],
    ['for an attempt beyond the chain', '0.7', '3'],
    ['for no attempt at all', '0.7', 'x'],
  ])('fails the stream %s', (_, exchange, attempt) => {
    const { stream, handler } = open();
    handler.message(headers(exchange, attempt));
    expect(stream.frames).toEqual([]);
    expect(stream.ended).toMatchObject({ code: grpcStatus.notFound });
  });

  it('keeps how the attempts before went, and tells the stages', () => {
    const told: unknown[] = [];
    const tell: Stage = {
      name: 'tell',
      laterAttempt({ trail }, attempt) {
        told.push(trail?.outcomeOf(attempt - 1));
        return verdict.proceed;
      },
    };
    const { handler, id } = open([tell]);
    handler.message(headers(id, '2', '429,'));
    expect(told).toEqual([{ status: 429 }]);
  });

  it.each([
    ['a time-out, if the route says how long it may take', 400, 'timed out'],
    ['no answer, if it does not', 0, 'no answer'],
  ])('takes an attempt of 400 ms without an answer for %s', (_, attemptTimeoutMs, failure) => {
    const { handler, id, exchange } = open([prepare], undefined, 1_400);
    Object.assign(exchange, { leftAt: 1_000, route: { attemptTimeoutMs, firstTokenTimeoutMs: 0 } });
    handler.message(headers(id, '2'));
    expect(exchange.trail?.outcomeOf(1)).toEqual({ failure });
  });

  it('answers the caller where a stage refuses, and keeps nothing of it for the next attempt', () => {
    const refuse: Stage = {
      name: 'refuse',
      laterAttempt(exchange, _, answer) {
        answer.set('x-left-over', '1');
        return exchange.reject('no_target');
      },
    };
    const { stream, handler, id } = open([refuse]);
    handler.message(headers(id, '2'));
    expect(stream.kinds).toEqual(['503']);
    const next = open();
    next.handler.message(headers(next.id, '2'));
    expect(Buffer.concat(next.stream.frames).includes('x-left-over')).toBe(false);
  });

  it('fails the stream when a stage fails, and keeps nothing of it', () => {
    const broken: Stage = {
      name: 'broken',
      laterAttempt(_, __, answer) {
        answer.set('x-left-over', '1');
        throw new Error('broken');
      },
    };
    const { stream, handler, id } = open([broken]);
    handler.message(headers(id, '2'));
    expect(stream.ended).toEqual({ code: grpcStatus.internal, message: 'internal error' });
    const next = open();
    next.handler.message(headers(next.id, '2'));
    expect(Buffer.concat(next.stream.frames).includes('x-left-over')).toBe(false);
  });

  it('is carried on to the process that holds the exchange, with everything that follows', () => {
    const relayed = { message: vi.fn(), end: vi.fn(), reset: vi.fn() };
    const relayTo = vi.fn(() => relayed);
    const { stream, handler } = open([prepare], relayTo);
    const first = headers('5.42', '2');
    handler.message(first);
    expect(relayTo).toHaveBeenCalledExactlyOnceWith(5, stream, first);
    handler.message(Buffer.from('next'));
    handler.end();
    expect(relayed.message).toHaveBeenCalledOnce();
    expect(relayed.end).toHaveBeenCalledOnce();
    expect(stream.ended).toBeUndefined();
  });

  it.each([
    ['a body', sent.requestBody('{}')],
    ['response headers', sent.responseHeaders()],
  ])('fails the stream on %s', (_, message) => {
    const { stream, handler } = open();
    handler.message(message);
    expect(stream.ended).toMatchObject({ code: grpcStatus.invalidArgument });
  });
});
