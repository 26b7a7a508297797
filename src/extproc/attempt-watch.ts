/**
 * Judges the response of one attempt while the router has not seen it, so that a failure hidden behind a 200 still leads
 * to the next target.
 */
export interface AttemptWatch {
  /**
   * `whole`: a body that is judged when all of it is here. `start`: a stream whose headers are held until its first
   * bytes have been judged.
   */
  readonly of: 'whole' | 'start';
  /** What judges a response with this status and type; undefined: nothing does, it passes. */
  judge(status: number, contentType: string | undefined): ResponseJudge | undefined;
}

/** For one response. */
export interface ResponseJudge {
  /** A piece of a stream, in its order. */
  piece(bytes: Buffer): Judgement;
  /** The body is complete. `whole`: all of it, of a stream all that was held. */
  end(whole: Buffer): Exclude<Judgement, 'wait'>;
}

export type Judgement = 'wait' | 'pass' | HiddenFailure;

/** `error`: the body says so. `broken`: it is not all there. */
export interface HiddenFailure {
  readonly reason: 'error' | 'broken';
  /** An error in the form of a body that callers of the dialect know; undefined: the response's own body is one. */
  readonly errorBody: Buffer | undefined;
}

/**
 * Status in place of the 200 of a failed attempt. Between the two streams of a request only: the router is told to go on
 * to the next target on it, and no provider sends it, so that no answer of a provider is retried against the policy.
 * A caller gets another one in its place.
 */
export const hiddenFailureStatus = 599;

/** What became of a watched response. `left`: its end came first, a time-out of Envoy or a caller that went away. */
export type WatchOutcome = 'passed' | 'error' | 'broken' | 'unjudged' | 'too_long' | 'left';
