import type { AttemptFailure } from '../../llm/usage/record.ts';
import type { HiddenFailure } from '../watched/attempt-watch.ts';

/** How an attempt went, as far as it is known. */
export interface AttemptOutcome {
  /** Of the provider's answer. */
  readonly status?: number;
  /** What the status does not say. */
  readonly failure?: AttemptFailure;
}

export const hiddenAs: Readonly<Record<HiddenFailure['reason'], AttemptFailure>> = {
  error: 'error behind 200',
  broken: 'broken answer',
};

/**
 * Envoy's timer runs before word of the attempt is here, and how long that takes differs from one attempt to the next. What
 * had no answer for this part of its time, or for all of it but so many milliseconds, ran out of it.
 */
const enough = 0.95;
const jitterMs = 20;

/** Statuses, in order; undefined: nobody collects them. */
export type FailedAnswers = readonly number[] | undefined;

const nothing: readonly number[] = [];
const unknown: AttemptOutcome = {};

/**
 * What became of the attempts that another one followed. Envoy collects the statuses of answers that are failures, and
 * sends what it has with each later attempt, and with the answer to the caller: from one to the next there is one more, or
 * none where no answer came.
 *
 * An attempt may have failed before word of it came by way of a sibling process, and may never be heard of: then it had no
 * answer, since nothing leaves unprepared. So nothing is worked out before somebody asks.
 */
export class AttemptTrail {
  /** For an attempt without an answer; 0: how long one may take says nothing about why it failed. */
  private readonly patienceMs: number;
  /** By attempt, from 1: the statuses before it, and when it left. */
  private readonly answersBefore: FailedAnswers[] = [undefined, nothing];
  private readonly leftAt: (number | undefined)[];
  private readonly hidden: (HiddenFailure | undefined)[] = [];

  constructor(firstLeftAt: number, patienceMs: number) {
    this.leftAt = [undefined, firstLeftAt];
    this.patienceMs = patienceMs;
  }

  /** Attempt 2 or a later one is about to leave. `answers` by `failedAnswers`. */
  leaves(attempt: number, answers: FailedAnswers, now: number): void {
    this.answersBefore[attempt] = answers;
    this.leftAt[attempt] = now;
  }

  /** The caller is answered, after so many attempts. */
  ends(attempts: number, answers: FailedAnswers): void {
    this.answersBefore[attempts + 1] = answers;
  }

  /** The attempt was answered with a 200 that hides a failure. */
  hides(attempt: number, failure: HiddenFailure): void {
    this.hidden[attempt] = failure;
  }

  hiddenFailure(attempt: number): HiddenFailure | undefined {
    return this.hidden[attempt];
  }

  /** The last attempt that was heard of. */
  get latest(): number {
    return this.leftAt.length - 1;
  }

  /** Of an attempt that another one followed. */
  outcomeOf(attempt: number): AttemptOutcome {
    const hidden = this.hidden[attempt];
    if (hidden !== undefined) return { status: 200, failure: hiddenAs[hidden.reason] };
    const before = firstFrom(this.answersBefore, attempt);
    const after = firstFrom(this.answersBefore, attempt + 1);
    if (before === undefined || after === undefined) return unknown;
    const status = after[before.length];
    if (status !== undefined) return { status };
    return { failure: this.ranOutOfTime(attempt) ? 'timed out' : 'no answer' };
  }

  private ranOutOfTime(attempt: number): boolean {
    const left = this.leftAt[attempt];
    const next = firstFrom(this.leftAt, attempt + 1);
    if (this.patienceMs === 0 || left === undefined || next === undefined) return false;
    return next - left >= Math.min(this.patienceMs * enough, this.patienceMs - jitterMs);
  }
}

function firstFrom<T>(values: readonly (T | undefined)[], index: number): T | undefined {
  return values.slice(index).find((value) => value !== undefined);
}
