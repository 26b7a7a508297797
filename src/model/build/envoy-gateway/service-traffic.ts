import { defaultStatuses, defaultTriggers } from '../ai-gateway/retry.ts';
import type { TrafficFields } from '../ai-gateway/rule-policy.ts';
import type { RulePolicies } from '../gateway-api/rule-policies.ts';
import type { MergedPolicy } from '../policy-levels.ts';
import { pausesOf } from './pauses.ts';

type Traffic = Pick<RulePolicies, 'retry' | 'timeoutMs' | 'attemptTimeoutMs' | 'silenceMs'>;

/** BackendTrafficPolicies, as an ordinary service meets them. */
export function serviceTraffic({ spec }: MergedPolicy<TrafficFields>): Traffic {
  const { retry, requestTimeout: timeoutMs, streamIdleTimeout: silenceMs } = spec;
  const attemptTimeoutMs = retry?.perRetry?.timeout;
  const pauses = pausesOf(retry?.perRetry?.backOff);
  const { triggers, httpStatusCodes } = retry?.retryOn ?? {};
  return {
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(silenceMs !== undefined && { silenceMs }),
    ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
    ...(retry && {
      retry: {
        attempts: retry.numRetries,
        triggers: triggers ?? defaultTriggers,
        statuses: httpStatusCodes ?? (triggers === undefined ? defaultStatuses : []),
        backoffMs: pauses.baseMs,
        mostBackoffMs: pauses.mostMs,
      },
    }),
  };
}
