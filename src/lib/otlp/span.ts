import type { SpanFields } from '../trace.ts';

/** A span that has ended, as a collector wants to know it. */
export interface FinishedSpan {
  /** 32 and 16 hexadecimal digits. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: the first of its trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: 'server' | 'client';
  /** Milliseconds since the epoch, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly fields: SpanFields;
  /** Text of the failure; absent: it went well. */
  readonly failure?: string;
}

/** Whose span ours stands below, from a W3C `traceparent`. */
export interface RemoteParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

const traceparent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** W3C Trace Context, section 3.2: what is malformed is treated as if it were not there. */
export function parseTraceparent(text: string | undefined): RemoteParent | undefined {
  if (text === undefined) return undefined;
  const [, version, traceId, spanId, flags, rest] = traceparent.exec(text.trim()) ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  // Version 255 is forbidden, and only versions to come may add something.
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
