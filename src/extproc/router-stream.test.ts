import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Ending, Exchange } from './exchange.ts';
import { RouterStream } from './router-stream.ts';
import type { Stage } from './stage.ts';
import { engineWith, FakeStream, sent } from './testing/fake-stream.ts';
import { grpcStatus } from './transport/status.ts';
import { type Verdict, verdict } from './verdict.ts';
import { bodySendMode } from './wire/mode.ts';

interface Run {
  readonly stream: FakeStream;
  readonly handler: RouterStream;
  readonly endings: readonly Ending[];
}

function run(stages: readonly Stage[], overrides: Parameters<typeof engineWith>[1] = {}): Run {
  const endings: Ending[] = [];
  const witness: Stage = { name: 'witness', end: (_, how) => void endings.push(how) };
  const stream = new FakeStream();
  return { stream, handler: new RouterStream(stream, engineWith([...stages, witness], overrides)), endings };
}

const stage = (methods: Partial<Stage>): Stage => ({ name: 'test', ...methods });

describe('a router stream', () => {
  it('answers each message once, and is done with the response headers where nobody wants the body', () => {
    const { stream, handler, endings } = run([]);
    handler.message(sent.requestHeaders());
    handler.message(sent.requestBody('{}'));
    expect(endings).toEqual([]);
    handler.message(sent.responseHeaders());
    expect(stream.kinds).toEqual(['requestHeaders', 'requestBody', 'responseHeaders']);
    expect(endings).toEqual(['done']);
    handler.end();
    expect(endings).toEqual(['done']);
    expect(stream.ended).toBe('ok');
  });

  it('sees the whole request at once where there is no body', () => {
    const request = vi.fn(() => verdict.proceed);
    const { stream, handler } = run([stage({ request })]);
    handler.message(sent.requestHeaders({}, true));
    expect(request).toHaveBeenCalledOnce();
    expect(stream.kinds).toEqual(['requestHeaders']);
    handler.message(sent.responseHeaders());
    expect(stream.kinds).toEqual(['requestHeaders', 'responseHeaders']);
  });

  it('takes a body without end_of_stream for all of it, since trailers may follow', () => {
    let body = '';
    const { handler } = run([stage({ request: (exchange) => take(exchange, (text) => (body = text)) })]);
    handler.message(sent.requestHeaders());
    handler.message(sent.requestBody('{"a":1}', false));
    expect(body).toBe('{"a":1}');
  });

  it('keeps a client that left early apart from one that got its answer', () => {
    const { handler, endings, stream } = run([]);
    handler.message(sent.requestHeaders());
    handler.end();
    expect(endings).toEqual(['reset']);
    expect(stream.ended).toBe('ok');
    const other = run([]);
    other.handler.message(sent.requestHeaders());
    other.handler.reset();
    other.handler.reset();
    expect(other.endings).toEqual(['reset']);
  });

  it('leaves the request to a sibling as long as there is no program', () => {
    const { stream, handler, endings } = run([], { programs: { current: undefined } });
    handler.message(sent.requestHeaders());
    expect(stream.kinds).toEqual([]);
    expect(stream.ended).toMatchObject({ code: grpcStatus.unavailable });
    handler.end();
    expect(endings).toEqual([]);
  });

  it('lets the answer of a filter in front of it pass', () => {
    const { stream, handler } = run([]);
    handler.message(sent.responseHeaders());
    expect(stream.kinds).toEqual(['responseHeaders']);
    handler.end();
    expect(stream.ended).toBe('ok');
  });

  it('sees a response that comes before the body is complete', () => {
    const responseHeaders = vi.fn(() => verdict.proceed);
    const { stream, handler, endings } = run([stage({ responseHeaders })]);
    handler.message(sent.requestHeaders());
    handler.message(sent.responseHeaders({ ':status': '413' }));
    expect(responseHeaders).toHaveBeenCalledOnce();
    expect(stream.kinds).toEqual(['requestHeaders', 'responseHeaders']);
    expect(endings).toEqual(['done']);
  });

  it.each<[string, Buffer[]]>([
    ['a body first', [sent.requestBody('{}')]],
    ['request headers twice', [sent.requestHeaders(), sent.requestHeaders()]],
    ['a body twice', [sent.requestHeaders(), sent.requestBody('{}'), sent.requestBody('{}')]],
  ])('fails the stream on %s', (_, messages) => {
    const { stream, handler } = run([]);
    for (const message of messages) handler.message(message);
    expect(stream.ended).toMatchObject({ code: grpcStatus.invalidArgument });
  });

  it('ends the stream with the last message that concerns it, so that the rest of a response does not hang on it', () => {
    const { stream, handler, endings } = run([]);
    handler.message(sent.requestHeaders());
    expect(stream.ended).toBeUndefined();
    handler.message(sent.responseHeaders());
    expect(stream.ended).toBe('ok');
    handler.end();
    expect(endings).toEqual(['done']);
  });

  it('fails the stream on bytes that are no message, and settles', () => {
    const { stream, handler, endings } = run([]);
    handler.message(sent.requestHeaders());
    handler.message(Buffer.from([0x22, 0x50, 0x01]));
    expect(stream.ended).toMatchObject({ code: grpcStatus.internal });
    expect(endings).toEqual(['reset']);
  });
});

describe('a rejection', () => {
  it('is answered at once, runs no later stage, and ends the exchange', () => {
    const later = vi.fn(() => verdict.proceed);
    const { stream, handler, endings } = run([
      stage({ requestHeaders: (exchange) => exchange.reject('missing_key') }),
      stage({ requestHeaders: later }),
    ]);
    handler.message(sent.requestHeaders());
    expect(stream.kinds).toEqual(['401']);
    expect(later).not.toHaveBeenCalled();
    expect(endings).toEqual(['rejected']);
    handler.end();
    expect(endings).toEqual(['rejected']);
  });

  it('carries none of the changes that were collected before it', () => {
    const { stream, handler } = run([
      stage({
        requestHeaders: (exchange) => {
          exchange.answer.set('x-secret', 'value');
          return exchange.reject('missing_key');
        },
      }),
    ]);
    handler.message(sent.requestHeaders());
    expect(Buffer.concat(stream.frames).includes('x-secret')).toBe(false);
  });
});

describe('a failure inside a stage', () => {
  const thrower = () => {
    throw new Error('of a stage');
  };

  it.each<[string, Partial<Stage>, Buffer[]]>([
    ['request headers', { requestHeaders: thrower }, [sent.requestHeaders()]],
    ['request', { request: thrower }, [sent.requestHeaders(), sent.requestBody('{}')]],
    [
      'response headers',
      { responseHeaders: thrower },
      [sent.requestHeaders(), sent.requestBody('{}'), sent.responseHeaders()],
    ],
  ])('in the %s phase is an error for the caller, never a quiet end', (_, methods, messages) => {
    const { stream, handler, endings } = run([stage(methods)]);
    for (const message of messages) handler.message(message);
    expect(stream.kinds.at(-1)).toBe('500');
    expect(stream.ended).toBeUndefined();
    expect(endings).toEqual(['rejected']);
    expect(Buffer.concat(stream.frames).toString()).not.toContain('of a stage');
  });

  it('when the change cannot be written is one too', () => {
    const { stream, handler, endings } = run([
      stage({
        requestHeaders: (exchange) => {
          exchange.answer.set('x', 'Ā');
          return verdict.proceed;
        },
      }),
    ]);
    handler.message(sent.requestHeaders());
    expect(stream.kinds).toEqual(['500']);
    expect(endings).toEqual(['rejected']);
  });

  it('at the end keeps no other stage from settling', () => {
    const { handler, endings } = run([stage({ end: thrower })]);
    handler.message(sent.requestHeaders());
    handler.end();
    expect(endings).toEqual(['reset']);
  });
});

describe('a response body', () => {
  const wanting = (mode: keyof typeof bodySendMode, responseBody: NonNullable<Stage['responseBody']>): Stage =>
    stage({
      responseHeaders(exchange) {
        exchange.responseBodyMode = bodySendMode[mode];
        return verdict.proceed;
      },
      responseBody,
    });

  it('comes as the stages ask, chunk by chunk, and ends the exchange with its last one', () => {
    const chunks: string[] = [];
    const { stream, handler, endings } = run([
      wanting('streamed', (exchange, chunk, isLast) => {
        chunks.push(`${chunk}${isLast ? '|' : ''}`);
        if (chunk.length > 0) exchange.answer.body = Buffer.from(chunk.toString().toUpperCase());
        return verdict.proceed;
      }),
    ]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    expect(stream.answers.at(-1)?.modeOverride?.responseBodyMode).toBe(bodySendMode.streamed);
    handler.message(sent.responseBody('one'));
    handler.message(sent.responseBody('two'));
    expect(endings).toEqual([]);
    handler.message(sent.responseBody('', true));
    expect(chunks).toEqual(['one', 'two', '|']);
    expect(endings).toEqual(['done']);
    const second = stream.answers.at(-2)?.response;
    expect(second).toMatchObject({ case: 'responseBody' });
    expect(Buffer.concat(stream.frames).toString()).toContain('TWO');
  });

  it('in full duplex goes out in pieces of its own, none where nothing is to go', () => {
    const { stream, handler, endings } = run([
      wanting('fullDuplexStreamed', (exchange, chunk, isLast) => {
        if (chunk.toString() === 'hold') exchange.answer.clearBody = true;
        if (isLast) exchange.answer.body = Buffer.from('rest');
        return verdict.proceed;
      }),
    ]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    for (const piece of ['one', 'hold']) handler.message(sent.responseBody(piece));
    handler.message(sent.responseBody('', true));
    expect(streamedPieces(stream)).toEqual(['one', 'rest|']);
    expect(endings).toEqual(['done']);
    expect(stream.ended).toBe('ok');
  });

  it('in full duplex ends before its trailers', () => {
    const { stream, handler, endings } = run([
      wanting('fullDuplexStreamed', (exchange, _, isLast) => {
        if (isLast) exchange.answer.body = Buffer.from('rest');
        return verdict.proceed;
      }),
    ]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    handler.message(sent.responseBody('one'));
    handler.message(sent.responseTrailers());
    expect(streamedPieces(stream)).toEqual(['one', 'rest']);
    expect(stream.kinds.at(-1)).toBe('responseTrailers');
    expect(endings).toEqual(['done']);
  });

  it('in full duplex may be ended early; what still arrives is nobody’s', () => {
    const { stream, handler, endings } = run([
      wanting('fullDuplexStreamed', (exchange, chunk) =>
        chunk.toString() === 'bad'
          ? exchange.endResponseWith(Buffer.from('sorry'), { code: 'internal', params: {} })
          : verdict.proceed,
      ),
    ]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    for (const piece of ['one', 'bad', 'more']) handler.message(sent.responseBody(piece));
    handler.message(sent.responseBody('', true));
    handler.end();
    expect(streamedPieces(stream)).toEqual(['one', 'sorry|']);
    expect(endings).toEqual(['rejected']);
    expect(stream.ended).toBe('ok');
  });

  it('cannot be ended early where each piece needs its answer', () => {
    const { stream, handler, endings } = run([
      wanting('streamed', (exchange) => exchange.endResponseWith(Buffer.from('x'), { code: 'internal', params: {} })),
    ]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    handler.message(sent.responseBody('one'));
    expect(stream.kinds.at(-1)).toBe('500');
    expect(endings).toEqual(['rejected']);
  });

  it('that the client did not wait for is a reset', () => {
    const { handler, endings } = run([wanting('streamed', () => verdict.proceed)]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    handler.message(sent.responseBody('one'));
    handler.end();
    expect(endings).toEqual(['reset']);
  });

  it('is not waited for where there is none', () => {
    const { stream, handler, endings } = run([wanting('buffered', () => verdict.proceed)]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders({}, {}, true));
    expect(stream.answers.at(-1)?.modeOverride).toBeUndefined();
    expect(endings).toEqual(['done']);
  });
});

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

function take(exchange: Exchange, set: (body: string) => void): Verdict {
  set(exchange.body.toString());
  return verdict.proceed;
}

function append<T>(list: T[], value: T): Verdict {
  list.push(value);
  return verdict.proceed;
}

/** What was written in full duplex; a bar marks the end. */
function streamedPieces(stream: FakeStream): readonly string[] {
  return stream.answers.flatMap(({ response }) => {
    const mutation = response.case === 'responseBody' ? response.value.response?.bodyMutation?.mutation : undefined;
    if (mutation?.case !== 'streamedResponse') return [];
    return [`${Buffer.from(mutation.value.body).toString()}${mutation.value.endOfStream ? '|' : ''}`];
  });
}
