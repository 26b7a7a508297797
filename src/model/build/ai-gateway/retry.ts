import { type AttemptRules, type RetryProfile, unlimitedMs } from '../../route.ts';
import { type BackOffRules, pausesOf } from '../envoy-gateway/pauses.ts';
import { defaultRetry, namedProfile, retryProfile } from '../route.ts';

/** `BackendTrafficPolicy.spec.retry`. Durations are in milliseconds. */
export interface RetryRules {
  readonly numRetries: number;
  readonly numAttemptsPerPriority?: number;
  readonly retryOn?: { readonly triggers?: readonly string[]; readonly httpStatusCodes?: readonly number[] };
  readonly perRetry?: {
    readonly timeout?: number;
    readonly backOff?: BackOffRules;
  };
}

export interface RuleTimeouts {
  /** Of the whole response; 0: no bound. */
  readonly requestMs: number;
  /** Of one attempt, until its headers, as the route says; 0: no bound. Goes before the one of the retry rules. */
  readonly attemptMs?: number;
  /** Silence between bytes, before the first one, too; absent: the default. */
  readonly silenceMs?: number;
}

export interface BuiltRetry {
  readonly profile: RetryProfile;
  readonly attempts?: AttemptRules;
}

/** Unlike Envoy's own default: a policy that is attached without saying what to retry on means these. */
export const defaultTriggers = ['connect-failure', 'refused-stream', 'retriable-status-codes'];
export const defaultStatuses = [503];

const { name: _, ...otherwise } = retryProfile(defaultRetry);

/** Without retry rules a chain is one all the same: whoever writes down a second backend wants it to be asked. */
export function buildRetry(rules: RetryRules | undefined, timeouts: RuleTimeouts): BuiltRetry {
  const perRetry = rules?.perRetry;
  const ofRetry = perRetry?.timeout || otherwise.attemptTimeoutMs;
  const attemptMs = timeouts.attemptMs === undefined ? ofRetry : timeouts.attemptMs || unlimitedMs;
  const profile = namedProfile({
    ...otherwise,
    ...(rules && failures(rules)),
    attemptTimeoutMs: shortest(attemptMs, timeouts.silenceMs, timeouts.requestMs),
    // A model may think for as long as an attempt may take; how long a stream may pause is another question.
    idleTimeoutMs: timeouts.silenceMs || shortest(unlimitedMs, timeouts.requestMs),
    ...(timeouts.requestMs > 0 && { requestTimeoutMs: timeouts.requestMs }),
    ...(perRetry?.backOff && { backOff: pausesOf(perRetry.backOff) }),
  });
  return { profile, ...(rules && { attempts: attemptsOf(rules) }) };
}

function attemptsOf({ numRetries, numAttemptsPerPriority }: RetryRules): AttemptRules {
  return {
    most: numRetries + 1,
    ...(numAttemptsPerPriority !== undefined && { perPriority: numAttemptsPerPriority }),
  };
}

/** In Envoy's words, whose families overlap: see docs/design/retry-profiles.md. */
function failures({ retryOn }: RetryRules) {
  const triggers = new Set(retryOn?.triggers ?? defaultTriggers);
  const codes =
    retryOn?.triggers === undefined ? (retryOn?.httpStatusCodes ?? defaultStatuses) : retryOn.httpStatusCodes;
  const isFamily = triggers.has('5xx') || triggers.has('gateway-error');
  return {
    statuses: sortedNumbers([
      ...(triggers.has('retriable-status-codes') ? (codes ?? []) : []),
      ...(triggers.has('gateway-error') ? [502, 503, 504] : []),
      ...(triggers.has('retriable-4xx') ? [409] : []),
    ]),
    onServerError: triggers.has('5xx'),
    onConnectFailure: isFamily || triggers.has('connect-failure') || triggers.has('reset-before-request'),
    onReset: isFamily || triggers.has('reset'),
    onTimeout: isFamily || triggers.has('reset'),
    ...(triggers.has('refused-stream') && { onRefusedStream: true }),
  };
}

function sortedNumbers(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function shortest(...times: readonly (number | undefined)[]): number {
  return Math.min(...times.flatMap((time) => (time === undefined || time === 0 ? [] : [time])));
}
