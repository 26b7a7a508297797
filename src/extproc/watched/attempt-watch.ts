/**
 * Judges the response of one attempt while the router has not seen it, so that a failure hidden behind a 200 still leads
 * to the next target.
 */
export interface AttemptWatch {
  /** `body`: judged when all of it is here. `stream`: held until its start has been judged. */
  readonly of: 'body' | 'stream';
  /** What judges a response with this status and type; undefined: nothing does, it passes. */
  judge(status: number, contentType: string | undefined): ResponseJudge | undefined;
}

/** For one response. */
export interface ResponseJudge {
  /** A piece of a stream, in its order. */
  piece(bytes: Buffer): Judgement;
  /** The body is complete. `whole`: all of it, of a stream all that was held. */
  end(whole: Buffer): FinalJudgement;
}

export type FinalJudgement = 'pass' | HiddenFailure;
export type Judgement = 'wait' | FinalJudgement;

/** `error`: the body says so. `broken`: it is not all there. */
export interface HiddenFailure {
  readonly reason: 'error' | 'broken';
  /** An error in the form of a body that callers of the dialect know; undefined: the response's own body is one. */
  readonly errorBody: Buffer | undefined;
}

/**
 * Status in place of the 200 of a failed attempt. Between the streams of a request only: the router is told to go on to
 * the next target on it, and no provider sends it, so that no answer of a provider is retried against the policy. A
 * caller gets another one in its place.
 */
export const hiddenFailureStatus = 599;

/**
 * What became of a watched response. `unjudged`: of another status or type, encoded, or longer than is held. `left`: its
 * end came first, since the attempt failed openly or was late, or the caller went away.
 */
export type WatchOutcome = 'passed' | 'error' | 'broken' | 'unjudged' | 'left';

/** Told once how it went, together with the failure if it is one. */
export type OnJudged = (outcome: WatchOutcome, failure: HiddenFailure | undefined) => void;
