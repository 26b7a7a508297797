/** What a stage says about an exchange. Numbers, so that saying it allocates nothing. */
export const verdict = {
  /** On to the next stage. */
  proceed: 0,
  /** The caller gets the answer that the stage has put on the exchange (`reject`, `respondWith`); no stage follows. */
  answered: 1,
  /** The stage has called `exchange.suspend()` and will call `exchange.resume(…)` exactly once. */
  pending: 2,
} as const;

export type Verdict = (typeof verdict)[keyof typeof verdict];
