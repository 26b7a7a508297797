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
 * said before its last words, so that what passed since may be more: then the larger output counts. One that says a part
 * of them only has not given away the rest.
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
  if (reported.completeness !== 'partial') return reported;
  // A request without input is none: what was not said is as good as not counted.
  const input = reported.input === 0 ? estimatedInput : reported.input;
  const output = Math.max(countedOutput, reported.output);
  if (input === reported.input && output === reported.output) return reported;
  const { reportedTotal, ...rest } = reported;
  const source = output > reported.output ? 'counted' : 'estimated';
  return { ...rest, input, output, total: input + output, source };
}
