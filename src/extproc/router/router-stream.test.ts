import { describe, expect, it, vi } from 'vitest';
import type { Stage } from '../stage.ts';
import { sent } from '../testing/fake-stream.ts';
import { run, stage, take } from '../testing/router-run.ts';
import { grpcStatus } from '../transport/status.ts';
import { verdict } from '../verdict.ts';

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
