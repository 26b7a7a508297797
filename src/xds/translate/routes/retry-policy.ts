import { create } from '@bufbuild/protobuf';
import { type RetryPolicy, RetryPolicySchema } from '../../../gen/envoy/config/route/v3/route_components_pb.js';
import type { RetryProfile } from '../../../model/route.ts';
import { type DurationInit, milliseconds } from '../duration.ts';

/**
 * Which failures of an attempt lead to the next target.
 *
 * Envoy's own words overlap more than the policy's. Its `5xx` and `gateway-error` also retry refused connections, resets
 * and time-outs, so server errors are listed one by one instead. Its `reset` covers connection failures and per-attempt
 * time-outs as well, and there is no word for one of these without the others. Where a policy asks for `reset` or
 * `timeout` it therefore gets the family: a target tried once more costs less than an answer that the policy's author
 * expected and the caller did not get. `connect` alone, the one failure after which nothing can have happened yet, stays
 * alone.
 */
export function retryPolicy(profile: RetryProfile): RetryPolicy {
  const statuses = retriableStatuses(profile);
  return create(RetryPolicySchema, {
    retryOn: retryOn(profile, statuses).join(','),
    retriableStatusCodes: statuses,
    // The processor raises it per request to the length of the chain with `x-envoy-max-retries`; a request without that
    // header has one attempt.
    numRetries: 0,
    // Each attempt picks its cluster, its TLS and its own upstream filters anew.
    refreshClusterOnRetry: true,
    ...patience(profile),
    retryBackOff: backOff(profile),
  });
}

/**
 * Envoy has two clocks for an attempt: one until the response headers, and one for silence, which runs before the headers
 * as well. When the first expires in the middle of a response it takes the second with it, so that nobody notices any
 * more when the provider falls silent. Where a model may think for as long as a stream may pause, or longer, the second
 * clock does for both: silence before the headers is what an attempt waits for.
 */
function patience({ attemptTimeoutMs, idleTimeoutMs }: RetryProfile) {
  if (attemptTimeoutMs >= idleTimeoutMs) return { perTryIdleTimeout: milliseconds(attemptTimeoutMs) };
  return { perTryTimeout: milliseconds(attemptTimeoutMs), perTryIdleTimeout: milliseconds(idleTimeoutMs) };
}

/** The next attempt goes to another target: waiting for it serves nobody, unless policy asks. At least 1 ms. */
function backOff({ backOff }: RetryProfile): { baseInterval: DurationInit; maxInterval: DurationInit } {
  const { baseMs, mostMs } = backOff ?? { baseMs: 1, mostMs: 2 };
  return { baseInterval: milliseconds(Math.max(1, baseMs)), maxInterval: milliseconds(Math.max(1, baseMs, mostMs)) };
}

function retryOn(profile: RetryProfile, statuses: readonly number[]): string[] {
  const words: string[] = [];
  if (profile.onConnectFailure) words.push('connect-failure');
  if (profile.onReset || profile.onTimeout) words.push('refused-stream', 'reset');
  else if (profile.onRefusedStream === true) words.push('refused-stream');
  if (statuses.length > 0) words.push('retriable-status-codes');
  // A 429 that says `x-envoy-ratelimited` (a provider behind another Envoy) is exempt from the list of statuses.
  if (statuses.includes(429)) words.push('envoy-ratelimited');
  return words;
}

function retriableStatuses(profile: RetryProfile): number[] {
  const statuses = new Set(profile.statuses);
  if (profile.onServerError) for (let status = 500; status <= 599; status++) statuses.add(status);
  return [...statuses].sort((a, b) => a - b);
}
