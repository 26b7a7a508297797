import type { SpanFields } from '../trace.ts';
import type { FinishedSpan } from './span.ts';

/** Who reports: attributes of the process, `service.name` among them. */
export type Resource = Readonly<Record<string, string>>;

/** Numbers of the enumerations in opentelemetry/proto/trace/v1/trace.proto. */
const kinds = { server: 2, client: 3 } as const;
const failed = 2;

/** An ExportTraceServiceRequest in the JSON mapping of OTLP: ids in hexadecimal, 64-bit numbers as text. */
export function encodeSpans(spans: readonly FinishedSpan[], resource: Resource, scope: string): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: scope }, spans: spans.map(encodeSpan) }],
      },
    ],
  });
}

function encodeSpan(span: FinishedSpan): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentId !== '' && { parentSpanId: span.parentId }),
    // Sampled: others are not recorded.
    flags: 1,
    name: span.name,
    kind: kinds[span.kind],
    startTimeUnixNano: nanoseconds(span.startMs),
    endTimeUnixNano: nanoseconds(span.endMs),
    attributes: attributesOf(span.fields),
    status: span.failure === undefined ? {} : { code: failed, message: span.failure },
  };
}

function attributesOf(fields: SpanFields): object[] {
  return Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: encodeValue(value) }],
  );
}

function encodeValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Microseconds are what the clock knows; a number could not hold the nanoseconds since 1970. */
function nanoseconds(ms: number): string {
  return `${Math.round(ms * 1000)}000`;
}
