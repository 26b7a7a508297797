import type { Destination } from './destination.ts';
import { encodeSpans, type Resource } from './encode.ts';
import type { Post, PostOutcome } from './post.ts';
import type { FinishedSpan } from './span.ts';

export type DropReason = 'queue_full' | 'unreachable' | 'refused' | 'not_configured' | 'shutdown';

export interface ExporterOptions {
  /** Asked before each batch, since it may change at any time. */
  readonly destination: () => Destination | undefined;
  readonly post: Post;
  readonly resource: Resource;
  readonly scope: string;
  /** How long a span waits for others. */
  readonly delayMs: number;
  readonly onSent: (spans: number) => void;
  readonly onDropped: (spans: number, reason: DropReason) => void;
  /** The first failure after a success, and the first success after failures. */
  readonly onTurn: (failure: string | undefined) => void;
  /** First pause after a failure; each further one is twice as long. */
  readonly pauseMs?: number;
  readonly random?: () => number;
}

export interface SpanExporter {
  add(span: FinishedSpan): void;
  /** Sends what is left, each batch once, within the time given. */
  close(withinMs: number): Promise<void>;
}

export const mostQueued = 2048;
const batchSize = 512;
const mostTries = 5;
const longestPauseMs = 30_000;

/** Spans wait in a bounded queue and leave in batches, one request at a time. What finds no place is dropped and counted. */
export function createExporter(options: ExporterOptions): SpanExporter {
  const { destination, post, resource, scope, delayMs, onSent, onDropped, onTurn } = options;
  const { pauseMs = 1000, random = Math.random } = options;
  let queue: FinishedSpan[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let tries = 0;
  let isFailing = false;
  let isClosing = false;

  function wakeIn(ms: number): void {
    timer = setTimeout(start, ms);
    timer.unref();
  }

  function start(): void {
    clearTimeout(timer);
    timer = undefined;
    sending ??= sendBatch().then((pause) => {
      sending = undefined;
      if (isClosing || queue.length === 0) return;
      if (pause > 0) wakeIn(pause);
      else if (queue.length >= batchSize) start();
      else wakeIn(delayMs);
    });
  }

  /** How long to wait before the next one; 0: as usual. */
  async function sendBatch(): Promise<number> {
    const batch = queue.slice(0, batchSize);
    queue = queue.slice(batchSize);
    if (batch.length === 0) return 0;
    const target = destination();
    if (target === undefined) {
      onDropped(batch.length, 'not_configured');
      return 0;
    }
    const outcome = await post(target, encodeSpans(batch, resource, scope));
    turn(outcome);
    if (outcome.kind === 'later') return keepForLater(batch, outcome.afterMs);
    tries = 0;
    if (outcome.kind === 'refused') {
      onDropped(batch.length, 'refused');
      return 0;
    }
    const rejected = Math.min(outcome.rejected, batch.length);
    onSent(batch.length - rejected);
    if (rejected > 0) onDropped(rejected, 'refused');
    return 0;
  }

  function keepForLater(batch: readonly FinishedSpan[], afterMs: number): number {
    tries += 1;
    if (isClosing || tries >= mostTries) {
      tries = 0;
      onDropped(batch.length, isClosing ? 'shutdown' : 'unreachable');
    } else {
      queue = [...batch, ...queue];
      const excess = queue.length - mostQueued;
      if (excess > 0) onDropped(queue.splice(mostQueued, excess).length, 'queue_full');
    }
    const pause = Math.min(longestPauseMs, pauseMs * 2 ** tries);
    // Processors that lost the same collector should not come back all at once.
    return Math.max(afterMs, pause * (0.5 + random() / 2));
  }

  function turn(outcome: PostOutcome): void {
    const isFailure = outcome.kind !== 'taken';
    if (isFailure !== isFailing) onTurn(isFailure ? outcome.reason : undefined);
    isFailing = isFailure;
  }

  return {
    add(span) {
      if (queue.length >= mostQueued || isClosing) {
        onDropped(1, isClosing ? 'shutdown' : 'queue_full');
        return;
      }
      queue.push(span);
      if (sending !== undefined) return;
      if (timer === undefined) wakeIn(delayMs);
      // A full batch need not wait, unless the collector has asked for a pause.
      if (queue.length === batchSize && !isFailing) start();
    },
    async close(withinMs) {
      isClosing = true;
      clearTimeout(timer);
      const deadline = new Promise<'late'>((resolve) => setTimeout(resolve, withinMs, 'late').unref());
      const rest = async (): Promise<void> => {
        await sending;
        while (queue.length > 0 && !isFailing) await sendBatch();
      };
      await Promise.race([rest(), deadline]);
      if (queue.length > 0) onDropped(queue.splice(0).length, 'shutdown');
    },
  };
}
