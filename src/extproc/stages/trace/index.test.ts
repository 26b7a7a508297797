import { describe, expect, it } from 'vitest';
import type { SpanFields, TraceSpan, Tracing } from '../../../lib/trace.ts';
import { programOf } from '../../../program/testing/program-of.ts';
import { Answer } from '../../answer.ts';
import { Registry } from '../../registry.ts';
import { exchangeOf, modelIn, providerIn } from '../../testing/exchange-of.ts';
import { requestHeadersMessage, responseHeadersMessage } from '../../testing/message.ts';
import { AttemptTrail } from '../../trail/attempt-trail.ts';
import { orderedStages } from '../order.ts';
import { trace, traceAttempts } from './index.ts';

interface Recorded {
  readonly name: string;
  readonly parent: string | undefined;
  fields: SpanFields;
  /** `ok`, or the failure. */
  ended: string | undefined;
}

function recorder(): { readonly tracing: Tracing; readonly spans: Recorded[] } {
  const spans: Recorded[] = [];
  const start = (name: string, parent: string | undefined, fields: SpanFields): TraceSpan => {
    const recorded: Recorded = { name, parent, fields: { ...fields }, ended: undefined };
    spans.push(recorded);
    return {
      set: (more) => void Object.assign(recorded.fields, more),
      child: (child, more) => start(child, name, more),
      headers: () => ({}),
      end: (failure) => {
        recorded.ended ??= failure ?? 'ok';
      },
    };
  };
  return { spans, tracing: { isOn: true, startRequest: (name, _read, fields) => start(name, undefined, fields) } };
}

const program = programOf({
  providers: [{ name: 'a' }, { name: 'b' }],
  models: [{ name: 'small' }],
  routes: [{ id: 'r', models: ['small'], targets: [{ provider: 'a' }, { provider: 'b', model: 'up-b', priority: 1 }] }],
});
const targets = (program.routes.find('k', 'small')?.targets ?? []).map((target) => ({
  target,
  provider: providerIn(program, target.provider),
}));

describe('trace', () => {
  it('records the request with a span for each attempt below it, failed ones marked', () => {
    const { tracing, spans } = recorder();
    const stage = trace(tracing);
    const exchange = exchangeOf(program, { path: '/v1/chat/completions?api_key=secret', modelInBody: 'small' });
    const request = requestHeadersMessage({ ':path': exchange.path });
    stage.requestHeaders?.(exchange, request);
    Object.assign(exchange, { targets, modelAsWritten: 'small', model: modelIn(program, 'small') });
    traceAttempts.request?.(exchange);
    stage.laterAttempt?.(exchange, 2, new Answer(), request);
    stage.responseHeaders?.(
      exchange,
      responseHeadersMessage({ ':status': '200' }, { 'upstream.request_attempt_count': 2 }),
    );
    Object.assign(exchange, { attempts: 2, status: 200 });
    stage.end?.(exchange, 'done');

    expect(spans.map(({ name, parent, ended }) => [name, parent, ended])).toEqual([
      ['Gateway request', undefined, 'ok'],
      ['Provider routing', 'Gateway request', 'the attempt failed'],
      ['Provider routing', 'Gateway request', 'ok'],
    ]);
    expect(spans[0]?.fields).toMatchObject({
      'url.path': '/v1/chat/completions',
      'gen_ai.operation.name': 'chat',
      'sluice.model': 'small',
    });
    const asked = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' };
    expect(spans[1]?.fields).toMatchObject({
      ...asked,
      ...{ 'sluice.provider': 'a', 'gen_ai.request.model': 'small', 'error.type': 'the attempt failed' },
    });
    expect(spans[2]?.fields).toMatchObject({ ...asked, 'sluice.provider': 'b', 'gen_ai.request.model': 'up-b' });
    expect(spans[2]?.fields).not.toHaveProperty('error.type');
  });

  it.each([
    [[429], 'status 429', 429],
    [[], 'no answer', undefined],
    [undefined, 'the attempt failed', undefined],
  ])('says of an attempt how it failed: %j', (answers, ended, status) => {
    const { tracing, spans } = recorder();
    const stage = trace(tracing);
    const exchange = exchangeOf(program, { targets, trail: new AttemptTrail(0, 0) });
    stage.requestHeaders?.(exchange, requestHeadersMessage({ ':path': '/v1/chat/completions' }));
    traceAttempts.request?.(exchange);
    exchange.trail?.leaves(2, answers, 1);
    stage.laterAttempt?.(exchange, 2, new Answer(), requestHeadersMessage({}));
    expect(spans[1]).toMatchObject({ ended, fields: { 'sluice.provider': 'a' } });
    expect(spans[1]?.fields['http.response.status_code']).toBe(status);
    expect(spans[1]?.fields['error.type']).toBe(status === undefined ? ended : String(status));
  });

  it('marks a refused request with the code of its error', () => {
    const { tracing, spans } = recorder();
    const stage = trace(tracing);
    const exchange = exchangeOf(program);
    stage.requestHeaders?.(exchange, requestHeadersMessage({ ':path': '/v1/models' }));
    exchange.reject('missing_key');
    stage.end?.(exchange, 'rejected');
    expect(spans.map(({ ended, fields }) => [ended, fields['error.type']])).toEqual([['missing_key', 'missing_key']]);
  });

  it('says of an attempt that was answered nothing of how its request ended', () => {
    const { tracing, spans } = recorder();
    const stage = trace(tracing);
    const exchange = exchangeOf(program, { targets });
    stage.requestHeaders?.(exchange, requestHeadersMessage({}));
    traceAttempts.request?.(exchange);
    stage.responseHeaders?.(exchange, responseHeadersMessage({ ':status': '200' }));
    stage.end?.(exchange, 'reset');
    expect(spans.map(({ ended }) => ended)).toEqual(['reset', 'ok']);
    expect(spans[1]?.fields).toMatchObject({ 'http.response.status_code': 200 });
    expect(spans[1]?.fields).not.toHaveProperty('error.type');
  });

  it('says of a caller that leaves whom it was waiting for', () => {
    const { tracing, spans } = recorder();
    const stage = trace(tracing);
    const exchange = exchangeOf(program, { targets });
    stage.requestHeaders?.(exchange, requestHeadersMessage({}));
    traceAttempts.request?.(exchange);
    stage.end?.(exchange, 'reset');
    expect(spans.map(({ ended }) => ended)).toEqual(['reset', 'no answer']);
    expect(spans[1]?.fields).toMatchObject({ 'sluice.provider': 'a', 'error.type': 'no answer' });
  });

  it.each([
    ['chat.completions', 'chat'],
    ['messages', 'chat'],
    ['completions', 'text_completion'],
    ['embeddings', 'embeddings'],
    ['images.generations', 'images.generations'],
  ])('calls %s as the conventions do: %s', (name, operation) => {
    const { tracing, spans } = recorder();
    const stage = trace(tracing);
    const exchange = exchangeOf(program, { api: { name, dialect: 'openai', upstreamPath: '' } });
    stage.requestHeaders?.(exchange, requestHeadersMessage({}));
    stage.end?.(exchange, 'done');
    expect(spans[0]?.fields['gen_ai.operation.name']).toBe(operation);
  });

  it('is left out of the pipeline without tracing, and does nothing while nobody wants spans', () => {
    const options = { registry: new Registry(0), now: () => 0, random: () => 0 };
    const off: Tracing = { isOn: false, startRequest: () => undefined };
    const names = (tracing?: Tracing) =>
      orderedStages({ ...options, ...(tracing && { tracing }) }).map(({ name }) => name);
    expect(names().filter((name) => name.startsWith('trace'))).toEqual([]);
    const exchange = exchangeOf(program);
    const unread = requestHeadersMessage({});
    unread.header = () => {
      throw new Error('a header was read');
    };
    trace(off).requestHeaders?.(exchange, unread);
    expect(exchange.span).toBeUndefined();
    traceAttempts.request?.(exchange);
    expect(exchange.attemptSpan).toBeUndefined();
    const traced = names(recorder().tracing);
    expect(traced[0]).toBe('trace');
    expect(traced.indexOf('trace-attempts')).toBeGreaterThan(traced.indexOf('attempt'));
  });
});
