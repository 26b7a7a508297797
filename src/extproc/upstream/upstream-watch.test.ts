import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../lib/metrics.ts';
import type { Stage } from '../stage.ts';
import { exchangeOf, plannedTarget } from '../testing/exchange-of.ts';
import { engineWith, FakeStream, sent } from '../testing/fake-stream.ts';
import { verdict } from '../verdict.ts';
import type { HiddenFailure } from '../watched/attempt-watch.ts';
import { UpstreamStream } from './upstream-stream.ts';

const error: HiddenFailure = { reason: 'error', errorBody: undefined };

const watching = (of: 'body' | 'stream'): Stage => ({
  name: 'watch',
  watch: () => ({
    of,
    judge: () => ({ piece: () => 'wait', end: (whole) => (whole.includes('bad') ? error : 'pass') }),
  }),
  laterAttempt(_, attempt, answer) {
    answer.set('x-attempt', String(attempt));
    return verdict.proceed;
  },
});

function open(
  isWatched: boolean,
  attempt: string,
  stages: readonly Stage[] = [watching('body')],
  role: 'upstream' | 'watch' = 'upstream',
) {
  const registry = createMetrics();
  const engine = engineWith(stages, {}, registry);
  const exchange = exchangeOf({ providers: [{ name: 'a' }] }, { isWatched });
  const target = plannedTarget(exchange.program, 'a');
  exchange.targets = [target, target];
  engine.registry.add(exchange);
  const stream = new FakeStream();
  const handler = new UpstreamStream(stream, engine, () => undefined, role);
  const id = engine.registry.idOf(exchange);
  handler.message(sent.attempt(id, attempt));
  const outcome = (name: string) =>
    new RegExp(`sluice_watched_responses_total\\{outcome="${name}"\\} (\\d+)`).exec(registry.render())?.[1];
  return { stream, handler, exchange, outcome };
}

describe('a watched attempt', () => {
  it('leaves the first one as it was prepared, and says how its response is to come', () => {
    const { stream } = open(true, '1');
    expect(stream.answers).toHaveLength(1);
    const [answer] = stream.answers;
    expect(answer?.response).toMatchObject({ case: 'requestHeaders', value: {} });
    expect(Buffer.concat(stream.frames).includes('x-attempt')).toBe(false);
    expect(answer?.modeOverride).toMatchObject({ responseHeaderMode: 1, responseBodyMode: 2 });
  });

  it('prepares a later one as well', () => {
    const { stream } = open(true, '2');
    expect(Buffer.concat(stream.frames).includes('x-attempt')).toBe(true);
    expect(stream.answers[0]?.modeOverride).toMatchObject({ responseBodyMode: 2 });
  });

  it('tells the exchange of a failure, for the answer to the caller', () => {
    const { handler, exchange, outcome } = open(true, '2');
    handler.message(sent.responseHeaders());
    handler.message(sent.responseBody('bad', true));
    expect(exchange.trail?.hiddenFailure(2)).toBe(error);
    handler.end();
    expect([outcome('error'), outcome('left')]).toEqual(['1', '0']);
  });

  it('counts what passes, and what is left in the middle', () => {
    const good = open(true, '1');
    good.handler.message(sent.responseHeaders());
    good.handler.message(sent.responseBody('good', true));
    expect([good.outcome('passed'), good.exchange.trail?.hiddenFailure(1)]).toEqual(['1', undefined]);
    for (const leave of ['end', 'reset'] as const) {
      const left = open(true, '1');
      left.handler.message(sent.responseHeaders());
      left.handler[leave]();
      expect(left.outcome('left')).toBe('1');
    }
  });

  it('is one like any other where no stage watches it', () => {
    const { stream, handler } = open(true, '1', []);
    expect(stream.answers[0]?.modeOverride).toBeUndefined();
    handler.message(sent.responseHeaders());
    expect(stream.ended).toMatchObject({ message: 'unexpected message' });
  });
});

describe('the stream of the filter that watches streams', () => {
  it('prepares no attempt, and asks for nothing: the filter has its own mode', () => {
    for (const attempt of ['1', '2']) {
      const { stream } = open(true, attempt, [watching('stream')], 'watch');
      expect(stream.kinds).toEqual(['requestHeaders']);
      expect(stream.answers[0]?.modeOverride).toBeUndefined();
      expect(Buffer.concat(stream.frames).includes('x-attempt')).toBe(false);
    }
  });

  it('ends once the start is judged, and leaves whole bodies to the other', () => {
    const { stream, handler, outcome } = open(true, '1', [watching('stream')], 'watch');
    handler.message(sent.responseHeaders());
    expect(stream.frames).toHaveLength(1);
    handler.message(sent.responseBody('good', true));
    expect(stream.kinds).toEqual(['requestHeaders', 'responseHeaders']);
    expect([stream.ended, outcome('passed')]).toEqual(['ok', '1']);
    const other = open(true, '2', [watching('stream')], 'upstream');
    expect(other.stream.answers[0]?.modeOverride).toBeUndefined();
  });
});

describe('an attempt that is not watched', () => {
  it('has no response to look at', () => {
    const { stream } = open(false, '2');
    expect(stream.answers[0]?.modeOverride).toBeUndefined();
  });
});
