import type { Phase, TextRole } from './rule.ts';

export interface RemoteText {
  readonly text: string;
  readonly role: TextRole;
}

/** A piece of one of the texts that were asked about. */
export interface RemoteSpan {
  /** Index into the texts that were asked about. */
  readonly text: number;
  readonly start: number;
  /** Excluded. */
  readonly end: number;
  readonly entity: string;
  /** 0 to 1. */
  readonly score: number;
}

/** What the service saw, for the record: its words for a category, never a piece of the text. */
export interface RemoteReason {
  /** Index into the texts that were asked about; undefined: all of them together. */
  readonly text: number | undefined;
  readonly entity: string;
  /** 0 to 1. */
  readonly score: number;
}

export type RemoteVerdict =
  | { readonly kind: 'allow' }
  /** Like the findings of a detector: the rule's action says what becomes of them. */
  | { readonly kind: 'found'; readonly spans: readonly RemoteSpan[] }
  /** The service's own wording, one for each text, in their order. A text that stays as it was is repeated. */
  | { readonly kind: 'replaced'; readonly texts: readonly string[]; readonly reasons: readonly RemoteReason[] }
  /** Against whole texts, or all of them: blocked by a rule that blocks, hidden as a whole by one that redacts. */
  | { readonly kind: 'blocked'; readonly reasons: readonly RemoteReason[] }
  /** Nothing was judged. `reason` is for the log and holds no text; the rule's `onFailure` decides. */
  | { readonly kind: 'failed'; readonly reason: RemoteFailure };

export type RemoteFailure = 'timeout' | 'unreachable' | 'refused' | 'overloaded' | 'circuitOpen' | 'invalidAnswer';

/**
 * One remote rule, ready to be asked. Calls return at once, so that several judges work in parallel while the request
 * waits; `done` is called exactly once, never from inside `judge`, and at the deadline at the latest.
 */
export interface RemoteJudge {
  /** `deadline`: milliseconds of the monotonic clock (`performance.now()`). Returns what cancels the call: the caller has gone. */
  judge(
    texts: readonly RemoteText[],
    phase: Phase,
    deadline: number,
    done: (verdict: RemoteVerdict) => void,
  ): CancelJudgement;
}

/** Afterwards `done` is not called any more. */
export type CancelJudgement = () => void;
