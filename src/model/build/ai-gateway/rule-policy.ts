import { sortedBy } from '../../../lib/sort.ts';
import type { AiRule } from '../../../policy/ai-gateway/ai-gateway-route.ts';
import type { BackendTrafficPolicySpec } from '../../../policy/envoy-gateway/backend-traffic-policy.ts';
import type { BackendTrafficDocument } from '../documents.ts';
import type { FieldOrigin, LeveledPolicy, MergedPolicy } from '../policy-levels.ts';
import { mergePolicies } from '../policy-levels.ts';
import { type BuiltRetry, buildRetry } from './retry.ts';

/** What is merged: each field as a whole, time-outs one by one. */
interface TrafficFields {
  readonly retry: NonNullable<BackendTrafficPolicySpec['retry']>;
  readonly rateLimit: true;
  readonly 'timeout.http.requestTimeout': number;
  readonly 'timeout.http.streamIdleTimeout': number;
}

export function mergedTraffic(policies: readonly LeveledPolicy<BackendTrafficDocument>[]): MergedPolicy<TrafficFields> {
  return mergePolicies(
    policies.map(({ level, origin, spec: document }) => ({
      level,
      origin,
      spec: {
        retry: document.spec.retry,
        rateLimit: wantsLimits(document) || undefined,
        'timeout.http.requestTimeout': document.spec.timeout?.http?.requestTimeout,
        'timeout.http.streamIdleTimeout': document.spec.timeout?.http?.streamIdleTimeout,
      } as TrafficFields,
    })),
  );
}

export function wantsLimits({ isBarrier, spec }: BackendTrafficDocument): boolean {
  return isBarrier === true || spec.rateLimit !== undefined;
}

const defaultRequestMs = 60_000;

/** What a rule says itself goes before what is attached to it. */
export function retryOfRule(rule: AiRule | undefined, { spec }: MergedPolicy<TrafficFields>): BuiltRetry {
  const { request, backendRequest } = rule?.timeouts ?? {};
  const silenceMs = rule?.streamIdleTimeout ?? spec['timeout.http.streamIdleTimeout'];
  return buildRetry(spec.retry, {
    requestMs: request ?? spec['timeout.http.requestTimeout'] ?? defaultRequestMs,
    ...(backendRequest !== undefined && { attemptMs: backendRequest }),
    ...(silenceMs !== undefined && silenceMs > 0 && { silenceMs }),
  });
}

/** Who said what `retryOfRule` goes by; the route under its own names of the fields. Sorted by field. */
export function decidersOfRule(
  { id, rule }: { readonly id: string; readonly rule: AiRule | undefined },
  { spec, decidedBy }: MergedPolicy<TrafficFields>,
): readonly FieldOrigin[] {
  const { request, backendRequest } = rule?.timeouts ?? {};
  const silence = rule?.streamIdleTimeout;
  const isBoundByRetry = Boolean(spec.retry?.perRetry?.timeout);
  const own = {
    'timeouts.request': request,
    'timeouts.backendRequest': isBoundByRetry ? undefined : backendRequest,
    streamIdleTimeout: silence,
  };
  const overruling: Readonly<Record<string, number | undefined>> = {
    'timeout.http.requestTimeout': request,
    'timeout.http.streamIdleTimeout': silence,
  };
  const said = Object.entries(own).filter(([, value]) => value !== undefined);
  return sortedBy(
    [
      ...said.map(([field]): FieldOrigin => ({ field, origin: id })),
      ...decidedBy.filter(({ field }) => overruling[field] === undefined),
    ],
    ({ field }) => field,
  );
}
