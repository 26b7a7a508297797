import { randomBytes } from 'node:crypto';
import { redactText } from '../redact.ts';
import type { SpanFields, TraceSpan, Tracing } from '../trace.ts';
import { type FinishedSpan, parseTraceparent } from './span.ts';

export interface OtlpTracingOptions {
  /** Asked for each request, so that a setting that changes takes effect at once. */
  readonly isOn: () => boolean;
  readonly add: (span: FinishedSpan) => void;
  /** Milliseconds since the epoch, with fractions. */
  readonly now: () => number;
}

/** Spans for our own exporter. A caller that has decided against recording its trace decides for our part of it too. */
export function createOtlpTracing({ isOn, add, now }: OtlpTracingOptions): Tracing {
  function start(kind: FinishedSpan['kind'], name: string, traceId: string, parentId: string, first: SpanFields) {
    const spanId = randomBytes(8).toString('hex');
    const startMs = now();
    const fields: Record<string, string | number | boolean> = {};
    assign(fields, first);
    let isEnded = false;
    const span: TraceSpan = {
      set: (more) => assign(fields, more),
      child: (childName, more) => start('client', childName, traceId, spanId, more),
      headers: () => ({ traceparent: `00-${traceId}-${spanId}-01` }),
      end(failure) {
        if (isEnded) return;
        isEnded = true;
        const ended = failure === undefined ? {} : { failure: redactText(failure) };
        add({ traceId, spanId, parentId, name, kind, startMs, endMs: now(), fields, ...ended });
      },
    };
    return span;
  }
  return {
    get isOn() {
      return isOn();
    },
    startRequest(name, readHeader, fields) {
      if (!isOn()) return undefined;
      const parent = parseTraceparent(readHeader('traceparent'));
      if (parent?.isSampled === false) return undefined;
      const traceId = parent?.traceId ?? randomBytes(16).toString('hex');
      return start('server', name, traceId, parent?.spanId ?? '', fields);
    },
  };
}

/** Texts pass the redaction before they leave. */
function assign(fields: Record<string, string | number | boolean>, more: SpanFields): void {
  for (const [name, value] of Object.entries(more)) {
    if (value !== undefined) fields[name] = typeof value === 'string' ? redactText(value) : value;
  }
}
