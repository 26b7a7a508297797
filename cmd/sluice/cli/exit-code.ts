/** What scripts may rely on; shown by `sluice --help`. */
export const exitCodes = {
  ok: 0,
  /** Something was found or failed: a problem in a policy, a gateway that does not answer. */
  failure: 1,
  /** The command line itself is wrong. */
  misuse: 2,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
