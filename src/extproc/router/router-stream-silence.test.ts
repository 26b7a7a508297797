import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { programOf } from '../../program/testing/program-of.ts';
import type { Engine } from '../engine.ts';
import type { Exchange } from '../exchange.ts';
import type { Stage } from '../stage.ts';
import { sent } from '../testing/fake-stream.ts';
import { run, stage } from '../testing/router-run.ts';
import { grpcStatus } from '../transport/status.ts';
import { verdict } from '../verdict.ts';
import { type BodySendMode, bodySendMode } from '../wire/mode.ts';

const route = programOf({ routes: [{ id: 'r', profile: 'p', idleTimeoutMs: 1_000 }] }).routes.find('', 'any');

/** A response that may pause for a second, read in this manner. */
const reading = (mode: BodySendMode, more: Partial<Stage> = {}): Stage =>
  stage({
    responseHeaders(exchange) {
      exchange.route = route;
      exchange.responseBodyMode = mode;
      return verdict.proceed;
    },
    ...more,
  });

function begun(reader: Stage, overrides: Partial<Engine> = {}) {
  const running = run([reader], overrides);
  running.handler.message(sent.requestHeaders({}, true));
  running.handler.message(sent.responseHeaders());
  return running;
}

describe('a response that may not pause for any time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('comes by although nobody reads it, and is broken off when it falls silent', () => {
    const { stream, handler, endings } = begun(reading(bodySendMode.none));
    expect(stream.answers.at(-1)?.modeOverride?.responseBodyMode).toBe(bodySendMode.streamed);
    for (let n = 0; n < 5; n++) {
      vi.advanceTimersByTime(900);
      handler.message(sent.responseBody('x'));
    }
    expect(stream.ended).toBeUndefined();
    vi.advanceTimersByTime(1_001);
    expect(stream.ended).toMatchObject({ code: grpcStatus.deadlineExceeded });
    expect(endings).toEqual(['timedOut']);
  });

  it('may take its time once it is over', () => {
    const { stream, handler, endings } = begun(reading(bodySendMode.streamed));
    handler.message(sent.responseBody('x', true));
    expect(vi.getTimerCount()).toBe(0);
    expect(stream.ended).toBe('ok');
    expect(endings).toEqual(['done']);
  });

  it('is listened to by nobody any more when the caller leaves', () => {
    for (const leave of ['end', 'reset'] as const) {
      const { handler, endings } = begun(reading(bodySendMode.streamed));
      handler[leave]();
      expect(vi.getTimerCount()).toBe(0);
      expect(endings).toEqual(['reset']);
    }
  });

  it('is heard of by nobody where it is collected', () => {
    const { stream } = begun(reading(bodySendMode.buffered));
    vi.advanceTimersByTime(10_000);
    expect(stream.ended).toBeUndefined();
  });

  it('does not come by where nothing follows its headers', () => {
    const { stream, handler } = run([reading(bodySendMode.none)]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders({}, {}, true));
    expect(stream.answers.at(-1)?.modeOverride).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is ended in its own words where there are any', () => {
    const ending = reading(bodySendMode.fullDuplexStreamed, {
      responseBody(exchange) {
        exchange.bodyReader = {
          piece: () => verdict.proceed,
          end: (_, reason) => exchange.endResponseWith(Buffer.from(`sorry: ${reason.code}`), reason),
        };
        return verdict.proceed;
      },
    });
    const { stream, handler, endings } = begun(ending);
    handler.message(sent.responseBody('x'));
    vi.advanceTimersByTime(1_001);
    expect(Buffer.concat(stream.frames).toString()).toContain('sorry: provider_silent');
    expect(stream.ended).toBe('ok');
    expect(endings).toEqual(['timedOut']);
    handler.message(sent.responseBody('too late', true));
    expect(Buffer.concat(stream.frames).toString()).not.toContain('too late');
  });

  it('fails alone where its words cannot be found', () => {
    const failing = reading(bodySendMode.fullDuplexStreamed, {
      responseBody(exchange) {
        exchange.bodyReader = {
          piece: () => verdict.proceed,
          end: () => {
            throw new Error('no words');
          },
        };
        return verdict.proceed;
      },
    });
    const { stream, handler } = begun(failing);
    handler.message(sent.responseBody('x'));
    vi.advanceTimersByTime(1_001);
    expect(stream.kinds.at(-1)).toBe('500');
  });

  it('is counted as what it is', () => {
    const codes: (string | undefined)[] = [];
    begun(reading(bodySendMode.none, { end: ({ rejection }) => void codes.push(rejection?.code) }));
    vi.advanceTimersByTime(1_001);
    expect(codes).toEqual(['provider_silent']);
  });

  it('is not silent while a stage asks somebody about it', () => {
    let held: { exchange: Exchange; ticket: number } | undefined;
    const asking = reading(bodySendMode.streamed, {
      responseBody(exchange) {
        held = { exchange, ticket: exchange.suspend() };
        return verdict.pending;
      },
    });
    const { stream, handler } = begun(asking, { suspensionTimeoutMs: 60_000 });
    handler.message(sent.responseBody('x'));
    vi.advanceTimersByTime(5_500);
    expect(stream.ended).toBeUndefined();
    held?.exchange.resume(held.ticket, verdict.proceed);
    vi.advanceTimersByTime(1_001);
    expect(stream.ended).toMatchObject({ code: grpcStatus.deadlineExceeded });
  });

  it('is not silent where the process was held up, and has not read yet what came', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { stream, handler } = begun(reading(bodySendMode.streamed));
    vi.advanceTimersByTime(5_000);
    handler.message(sent.responseBody('x'));
    await new Promise(setImmediate);
    expect(stream.ended).toBeUndefined();
  });
});
