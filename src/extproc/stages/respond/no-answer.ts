import type { AttemptOutcome } from '../../trail/attempt-trail.ts';

const notConnected: AttemptOutcome = { failure: 'not connected' };
const disconnected: AttemptOutcome = { failure: 'disconnected' };
const timedOut: AttemptOutcome = { failure: 'timed out' };

/** Why the last attempt brought no answer, by the details of the one that Envoy gave in its place. */
const byDetails: readonly { readonly pattern: RegExp; readonly outcome: AttemptOutcome }[] = [
  { pattern: /^upstream_per_try_|^(?:upstream_)?response_timeout|^upstream_max_stream_duration/, outcome: timedOut },
  {
    pattern: /^upstream_reset_before_response_started\{(?:(?:remote|local)_connection_failure|connection_timeout)/,
    outcome: notConnected,
  },
  { pattern: /^upstream_reset_before_response_started\{(?!overflow)/, outcome: disconnected },
];

/** Undefined: it is not about the provider. */
export function noAnswer(details: string): AttemptOutcome | undefined {
  for (const { pattern, outcome } of byDetails) if (pattern.test(details)) return outcome;
  return undefined;
}
