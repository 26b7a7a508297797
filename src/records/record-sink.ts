/** Where records of usage and of guardrails go. */
export interface RecordSink {
  /** Takes anything that JSON can say. Never waits and never throws: what cannot be kept is dropped and counted. */
  write(record: object): void;
  /** Takes no more, and delivers what is waiting. What is not delivered after `deadlineMs` is dropped and counted. */
  close(deadlineMs: number): Promise<void>;
}

export const dropReasons = [
  // Too much is waiting.
  'full',
  // It came after `close()`, or was still waiting at its deadline.
  'closed',
  // It is not JSON, or too large.
  'invalid',
] as const;

export type DropReason = (typeof dropReasons)[number];

/** What a sink tells about itself; called often, so it must be cheap. */
export interface SinkMetrics {
  written(count: number): void;
  dropped(count: number, reason: DropReason): void;
  /** An attempt to deliver failed and will be repeated. `cause` never holds a part of a record. */
  failed(cause: string): void;
  /** So many records are waiting. */
  waiting(count: number): void;
}

export const noSinkMetrics: SinkMetrics = { written() {}, dropped() {}, failed() {}, waiting() {} };

/** One sink that writes to all of them; of none: to nobody. */
export function combineSinks(sinks: readonly RecordSink[]): RecordSink {
  const [only, ...others] = sinks;
  if (only !== undefined && others.length === 0) return only;
  return {
    write(record) {
      for (const sink of sinks) sink.write(record);
    },
    async close(deadlineMs) {
      await Promise.all(sinks.map((sink) => sink.close(deadlineMs)));
    },
  };
}
