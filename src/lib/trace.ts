import {
  type Attributes,
  type Context,
  ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { redactText } from './redact.ts';

/** Flat values only, as in logs; texts pass the redaction before they leave. */
export type SpanFields = { readonly [name: string]: string | number | boolean | undefined };

/** A span that is being recorded. Code that may have none writes `span?.set(…)`. */
export interface TraceSpan {
  set(fields: SpanFields): void;
  /** A span below this one, such as one attempt of a chain. */
  child(name: string, fields: SpanFields): TraceSpan;
  /** `traceparent` and the like, for what is called next. */
  headers(): Readonly<Record<string, string>>;
  /** Ends it; a failure text marks it as failed. Later calls do nothing. */
  end(failure?: string): void;
}

export interface Tracing {
  /** False as long as nobody wants spans; then nothing below does any work. */
  readonly isOn: boolean;
  /** The span of a request, below the caller's own if its headers name one. `undefined` while tracing is off. */
  startRequest(
    name: string,
    readHeader: (name: string) => string | undefined,
    fields: SpanFields,
  ): TraceSpan | undefined;
}

/**
 * Spans through the OpenTelemetry API. Whoever wants them installs an SDK (`node --import`) before this is called: it
 * is looked up once, so that a request without tracing costs one comparison.
 */
export function createTracing(name: string): Tracing {
  const provider = trace.getTracerProvider();
  const isOn = !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(name) !== undefined;
  if (!isOn) return { isOn, startRequest: () => undefined };
  const tracer = trace.getTracer(name);
  return {
    isOn,
    startRequest(spanName, readHeader, fields) {
      const parent = propagation.extract(ROOT_CONTEXT, readHeader, fromReader);
      return start(tracer, spanName, SpanKind.SERVER, fields, parent);
    },
  };
}

const fromReader: TextMapGetter<(name: string) => string | undefined> = {
  get: (readHeader, name) => readHeader(name),
  // Asked for by propagators that look for prefixes; the ones in use ask for names.
  keys: () => [],
};

function start(tracer: Tracer, name: string, kind: SpanKind, fields: SpanFields, parent: Context): TraceSpan {
  return wrap(tracer, tracer.startSpan(name, { kind, attributes: attributesOf(fields) }, parent), parent);
}

function wrap(tracer: Tracer, span: Span, parent: Context): TraceSpan {
  const own = trace.setSpan(parent, span);
  let isEnded = false;
  return {
    set: (fields) => void span.setAttributes(attributesOf(fields)),
    child: (name, fields) => start(tracer, name, SpanKind.CLIENT, fields, own),
    headers() {
      const carrier: Record<string, string> = {};
      propagation.inject(own, carrier);
      return carrier;
    },
    end(failure) {
      if (isEnded) return;
      isEnded = true;
      if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: redactText(failure) });
      span.end();
    },
  };
}

function attributesOf(fields: SpanFields): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) attributes[name] = typeof value === 'string' ? redactText(value) : value;
  }
  return attributes;
}
