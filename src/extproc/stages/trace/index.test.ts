import { describe, expect, it } from 'vitest';
import type { SpanFields, TraceSpan, Tracing } from '../../../lib/trace.ts';
import { programOf } from '../../../program/testing/program-of.ts';
import { Answer } from '../../answer.ts';
import { AttemptTrail } from '../../attempt-trail.ts';
import { Registry } from '../../registry.ts';
import { exchangeOf, modelIn, providerIn } from '../../testing/exchange-of.ts';
import { requestHeadersMessage, responseHeadersMessage } from '../../testing/message.ts';
import { orderedStages } from '../order.ts';
import { trace } from './index.ts';

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
    stage.request?.(exchange);
    Object.assign(exchange, { targets, model: modelIn(program, 'small') });
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
    expect(spans[0]?.fields).toMatchObject({ 'url.path': '/v1/chat/completions', 'sluice.model': 'small' });
    expect(spans[1]?.fields).toMatchObject({ 'sluice.provider': 'a' });
    expect(spans[2]?.fields).toMatchObject({ 'sluice.provider': 'b', 'gen_ai.response.model': 'up-b' });
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
    stage.request?.(exchange);
    exchange.trail?.leaves(2, answers, 1);
    stage.laterAttempt?.(exchange, 2, new Answer(), requestHeadersMessage({}));
    expect(spans[1]).toMatchObject({ ended, fields: { 'sluice.provider': 'a' } });
    expect(spans[1]?.fields['http.response.status_code']).toBe(status);
  });

  it('marks a refused request with the code of its error', () => {
    const { tracing, spans } = recorder();
    const stage = trace(tracing);
    const exchange = exchangeOf(program);
    stage.requestHeaders?.(exchange, requestHeadersMessage({ ':path': '/v1/models' }));
    exchange.reject('missing_key');
    stage.end?.(exchange, 'rejected');
    expect(spans.map(({ ended }) => ended)).toEqual(['missing_key']);
  });

  it('is left out of the pipeline without tracing, and does nothing while nobody wants spans', () => {
    const options = { registry: new Registry(0), now: () => 0, random: () => 0 };
    const off: Tracing = { isOn: false, startRequest: () => undefined };
    const names = (tracing?: Tracing) =>
      orderedStages({ ...options, ...(tracing && { tracing }) }).map(({ name }) => name);
    expect(names()).not.toContain('trace');
    const exchange = exchangeOf(program);
    const unread = requestHeadersMessage({});
    unread.header = () => {
      throw new Error('a header was read');
    };
    trace(off).requestHeaders?.(exchange, unread);
    expect(exchange.span).toBeUndefined();
    expect(names(recorder().tracing)[0]).toBe('trace');
  });
});
