import type { DropReason, SinkMetrics } from '../record-sink.ts';

export interface RecordedMetrics extends SinkMetrics {
  readonly counts: { written: number; waiting: number; failed: string[]; dropped: Partial<Record<DropReason, number>> };
}

export function recordedMetrics(): RecordedMetrics {
  const counts: RecordedMetrics['counts'] = { written: 0, waiting: 0, failed: [], dropped: {} };
  return {
    counts,
    written(count) {
      counts.written += count;
    },
    dropped(count, reason) {
      counts.dropped[reason] = (counts.dropped[reason] ?? 0) + count;
    },
    failed(cause) {
      counts.failed.push(cause);
    },
    waiting(count) {
      counts.waiting = count;
    },
  };
}

/** Waits until it holds, for ten seconds. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await holds()); ) {
    if (Date.now() > deadline) throw new Error('it never came to hold');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
