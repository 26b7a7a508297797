import { noTokens, type Usage } from './usage.ts';

export interface SettledFrom {
  /** What the provider has said, by `usageOfBody()` or `UsageReader.current()`. */
  readonly reported: Usage | undefined;
  /** As estimated at admission. */
  readonly estimatedInput: number;
  /** Of what passed, by `OutputCounter`. */
  readonly countedOutput: number;
  /** The answer came to its end. */
  readonly isComplete: boolean;
}

/**
 * What a request is charged for, on every way in which it can end. Figures of a provider whose answer broke off were
 * said before its last words, so that what passed since may be more: then the larger output counts.
 */
export function settledUsage({ reported, estimatedInput, countedOutput, isComplete }: SettledFrom): Usage {
  if (reported === undefined) {
    return {
      ...noTokens,
      input: estimatedInput,
      output: countedOutput,
      total: estimatedInput + countedOutput,
      source: countedOutput > 0 ? 'counted' : 'estimated',
      completeness: isComplete ? 'estimated' : 'partial',
    };
  }
  if (reported.completeness !== 'partial' || countedOutput <= reported.output) return reported;
  const { reportedTotal, ...rest } = reported;
  return { ...rest, output: countedOutput, total: reported.input + countedOutput, source: 'counted' };
}
