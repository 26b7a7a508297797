import {
  type Attributes,
  type Context,
  propagation,
  type Span,
  type SpanContext,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { createTracing } from './trace.ts';

interface Recorded {
  readonly name: string;
  readonly parent?: string;
  attributes: Attributes;
  status?: SpanStatus;
  ends: number;
}

/** Stands in for an SDK, which the project does not depend on: it keeps what it is told. */
function installRecorder(): Recorded[] {
  const spans: Recorded[] = [];
  const startSpan = (name: string, options: SpanOptions = {}, parent?: Context): Span => {
    const parentId = parent === undefined ? undefined : trace.getSpanContext(parent)?.spanId;
    const recorded: Recorded = {
      name,
      ...(parentId === undefined ? {} : { parent: parentId }),
      attributes: { ...options.attributes },
      ends: 0,
    };
    const spanId = String(spans.push(recorded)).padStart(16, '0');
    const own: SpanContext = { traceId: '1'.repeat(32), spanId, traceFlags: 1 };
    const span = {
      spanContext: () => own,
      setAttributes: (attributes: Attributes) => {
        Object.assign(recorded.attributes, attributes);
        return span;
      },
      setStatus: (status: SpanStatus) => {
        recorded.status = status;
        return span;
      },
      end: () => {
        recorded.ends += 1;
      },
      isRecording: () => true,
    } as unknown as Span;
    return span;
  };
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as unknown as Tracer });
  propagation.setGlobalPropagator({
    inject: (context, carrier, setter) =>
      setter.set(carrier, 'traceparent', trace.getSpanContext(context)?.spanId ?? 'none'),
    extract: (context, carrier, getter) => {
      const spanId = getter.get(carrier, 'traceparent');
      if (typeof spanId !== 'string') return context;
      return trace.setSpanContext(context, { traceId: '1'.repeat(32), spanId, traceFlags: 1 });
    },
    fields: () => ['traceparent'],
  });
  return spans;
}

describe('createTracing()', () => {
  afterEach(() => {
    trace.disable();
    propagation.disable();
  });

  it('is off, and reads no header, while nothing is configured', () => {
    const tracing = createTracing('test');
    expect(tracing.isOn).toBe(false);
    const neverRead = (): never => {
      throw new Error('a header was read');
    };
    expect(tracing.startRequest('Gateway request', neverRead, {})).toBeUndefined();
  });

  it('starts the request below the span that the caller names, and attempts below the request', () => {
    const spans = installRecorder();
    const tracing = createTracing('test');
    expect(tracing.isOn).toBe(true);
    const headers: Readonly<Record<string, string>> = { traceparent: 'abcdefabcdefabcd' };
    const request = tracing.startRequest('Gateway request', (name) => headers[name], { 'http.method': 'POST' });
    const attempt = request?.child('Provider routing', { provider: 'openai', skipped: undefined });
    expect(spans[0]).toMatchObject({ name: 'Gateway request', parent: 'abcdefabcdefabcd' });
    expect(spans[1]).toMatchObject({ name: 'Provider routing', parent: '0000000000000001' });
    expect(spans[1]?.attributes).toEqual({ provider: 'openai' });
    expect(attempt?.headers()).toEqual({ traceparent: '0000000000000002' });
  });

  it('marks failures, ends once and lets no secret out', () => {
    const spans = installRecorder();
    const span = createTracing('test').startRequest('Gateway request', () => undefined, {});
    span?.set({ note: 'key sk-abcdefgh12345678', tokens: 12 });
    span?.end('refused Bearer abcdefgh12345678');
    span?.end();
    expect(spans[0]?.attributes).toEqual({ note: 'key [masked]', tokens: 12 });
    expect(spans[0]?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'refused Bearer [masked]' });
    expect(spans[0]?.ends).toBe(1);
    expect(spans[0]?.parent).toBeUndefined();
  });
});
