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
  /** Whether a response with this status and type is judged at all. */
  concerns(status: number, contentType: string | undefined): boolean;
  /** `bytes`: the body, as far as it is here. `wait` is taken for `pass` where nothing more can come. */
  judge(bytes: Buffer): Judgement;
}

export type Judgement = 'wait' | 'pass' | 'fail';
