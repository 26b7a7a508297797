import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Exchange } from '../exchange.ts';
import type { Stage } from '../stage.ts';
import { sent } from '../testing/fake-stream.ts';
import { run, stage, take } from '../testing/router-run.ts';
import { type Verdict, verdict } from '../verdict.ts';
import { bodySendMode } from '../wire/mode.ts';

describe('a stage that waits', () => {
  let held: { exchange: Exchange; ticket: number } | undefined;
  const waiting = (phase: 'requestHeaders' | 'request' | 'responseBody'): Stage =>
    stage({
      [phase]: (exchange: Exchange) => {
        held = { exchange, ticket: exchange.suspend() };
        return verdict.pending;
      },
    });
  const resume = (decision: Verdict = verdict.proceed) => held?.exchange.resume(held.ticket, decision);

  beforeEach(() => {
    vi.useFakeTimers();
    held = undefined;
  });
  afterEach(() => void vi.useRealTimers());

  it('holds the answer back, and the pipeline goes on behind it exactly once', () => {
    const later = vi.fn(() => verdict.proceed);
    const { stream, handler } = run([waiting('request'), stage({ request: later })]);
    handler.message(sent.requestHeaders());
    handler.message(sent.requestBody('{"a":1}'));
    expect(stream.kinds).toEqual(['requestHeaders']);
    resume();
    resume();
    expect(later).toHaveBeenCalledOnce();
    expect(stream.kinds).toEqual(['requestHeaders', 'requestBody']);
  });

  it('may reject in the end', () => {
    const { stream, handler, endings } = run([waiting('request')]);
    handler.message(sent.requestHeaders());
    handler.message(sent.requestBody('{}'));
    resume(held?.exchange.reject('rate_limited'));
    expect(stream.kinds).toEqual(['requestHeaders', '429']);
    expect(endings).toEqual(['rejected']);
  });

  it('finds the message as it was, although other streams have had theirs in between', () => {
    const paths: (string | undefined)[] = [];
    const reader = stage({ requestHeaders: (_, message) => append(paths, message.header(':path')) });
    const first = run([waiting('requestHeaders'), reader]);
    first.handler.message(sent.requestHeaders({ ':path': '/v1/first' }));
    const other = run([]);
    other.handler.message(sent.requestHeaders({ ':path': '/v1/other' }));
    resume();
    expect(paths).toEqual(['/v1/first']);
    expect(first.stream.kinds).toEqual(['requestHeaders']);
  });

  it('keeps the body although the bytes it came in are used again', () => {
    let body = '';
    const { handler } = run([
      waiting('request'),
      stage({ request: (exchange) => take(exchange, (text) => (body = text)) }),
    ]);
    handler.message(sent.requestHeaders());
    const pool = Buffer.alloc(65_536);
    const message = sent.requestBody('{"kept":true}');
    pool.set(message);
    handler.message(pool.subarray(0, message.length));
    pool.fill(0);
    resume();
    expect(body).toBe('{"kept":true}');
  });

  it('that fails while it waits ends in an error, and the process goes on', () => {
    let held: Exchange | undefined;
    const { stream, handler, endings } = run([
      stage({
        request(exchange) {
          held = exchange;
          exchange.suspend();
          return verdict.pending;
        },
      }),
    ]);
    handler.message(sent.requestHeaders({}, true));
    held?.contain(() => {
      throw new Error('in a callback');
    });
    expect(stream.kinds).toEqual(['500']);
    expect(endings).toEqual(['rejected']);
  });

  it('may resume before it returns', () => {
    const later = vi.fn(() => verdict.proceed);
    const hasty = stage({
      request: (exchange) => {
        exchange.resume(exchange.suspend(), verdict.proceed);
        return verdict.pending;
      },
    });
    const { stream, handler } = run([hasty, stage({ request: later })]);
    handler.message(sent.requestHeaders());
    handler.message(sent.requestBody('{}'));
    expect(later).toHaveBeenCalledOnce();
    expect(stream.kinds).toEqual(['requestHeaders', 'requestBody']);
  });

  it('is not resumed for an exchange that is over', () => {
    const later = vi.fn(() => verdict.proceed);
    const { stream, handler, endings } = run([waiting('request'), stage({ request: later })]);
    handler.message(sent.requestHeaders());
    handler.message(sent.requestBody('{}'));
    handler.end();
    resume();
    vi.advanceTimersByTime(10_000);
    expect(later).not.toHaveBeenCalled();
    expect(stream.kinds).toEqual(['requestHeaders']);
    expect(endings).toEqual(['reset']);
  });

  it('is given up after a time, with an answer for the caller', () => {
    const { stream, handler, endings } = run([waiting('request')]);
    handler.message(sent.requestHeaders());
    handler.message(sent.requestBody('{}'));
    vi.advanceTimersByTime(1_000);
    expect(stream.kinds).toEqual(['requestHeaders', '503']);
    expect(endings).toEqual(['timedOut']);
    resume();
    expect(stream.kinds).toHaveLength(2);
  });

  it('holds later chunks back in their order', () => {
    let isFirst = true;
    const chunks: string[] = [];
    const { stream, handler, endings } = run([
      stage({
        responseHeaders(exchange) {
          exchange.responseBodyMode = bodySendMode.streamed;
          return verdict.proceed;
        },
        responseBody(exchange) {
          if (!isFirst) return verdict.proceed;
          isFirst = false;
          held = { exchange, ticket: exchange.suspend() };
          return verdict.pending;
        },
      }),
      stage({ responseBody: (_, chunk) => append(chunks, chunk.toString()) }),
    ]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    handler.message(sent.responseBody('1'));
    handler.message(sent.responseBody('2'));
    handler.message(sent.responseBody('3', true));
    expect(stream.kinds).toEqual(['requestHeaders', 'responseHeaders']);
    expect(stream.isPaused).toBe(true);
    resume();
    expect(chunks).toEqual(['1', '2', '3']);
    expect(stream.kinds).toEqual(['requestHeaders', 'responseHeaders', 'responseBody', 'responseBody', 'responseBody']);
    expect(stream.isPaused).toBe(false);
    expect(endings).toEqual(['done']);
  });
});

function append<T>(list: T[], value: T): Verdict {
  list.push(value);
  return verdict.proceed;
}
