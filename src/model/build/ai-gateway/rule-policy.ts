import { formatDuration } from '../../../lib/duration.ts';
import type { AiRule } from '../../../policy/ai-gateway/ai-gateway-route.ts';
import type { BackendTrafficPolicySpec } from '../../../policy/envoy-gateway/backend-traffic-policy.ts';
import { type Decision, decided, type Said } from '../../decision.ts';
import type { BackendTrafficDocument } from '../documents.ts';
import type { LeveledPolicy, LeveledValue, MergedPolicy } from '../policy-levels.ts';
import { mergePolicies } from '../policy-levels.ts';
import { type BuiltRetry, buildRetry } from './retry.ts';

type Retry = NonNullable<BackendTrafficPolicySpec['retry']>;

/** What is merged: each field as a whole, time-outs one by one. */
export interface TrafficFields {
  readonly retry: Retry;
  /** Absent: of a policy that cannot be read. */
  readonly rateLimit: { readonly spec: BackendTrafficPolicySpec['rateLimit'] };
  readonly requestTimeout: number;
  readonly streamIdleTimeout: number;
}

export function mergedTraffic(policies: readonly LeveledPolicy<BackendTrafficDocument>[]): MergedPolicy<TrafficFields> {
  return mergePolicies(
    policies.map(({ level, origin, spec: document }) => {
      const { retry, rateLimit, timeout } = document.spec;
      const { requestTimeout, streamIdleTimeout } = timeout?.http ?? {};
      return {
        level,
        origin,
        spec: {
          ...(retry && { retry }),
          ...(wantsLimits(document) && { rateLimit: { spec: rateLimit } }),
          ...(requestTimeout !== undefined && { requestTimeout }),
          ...(streamIdleTimeout !== undefined && { streamIdleTimeout }),
        } as TrafficFields,
      };
    }),
  );
}

function wantsLimits({ isBarrier, spec }: BackendTrafficDocument): boolean {
  return isBarrier === true || spec.rateLimit !== undefined;
}

const defaultRequestMs = 60_000;

/** What a rule says itself goes before what is attached to it. */
export function retryOfRule(rule: AiRule | undefined, { spec }: MergedPolicy<TrafficFields>): BuiltRetry {
  const { request, backendRequest } = rule?.timeouts ?? {};
  const silenceMs = rule?.streamIdleTimeout ?? spec.streamIdleTimeout;
  return buildRetry(spec.retry, {
    requestMs: request ?? spec.requestTimeout ?? defaultRequestMs,
    ...(backendRequest !== undefined && { attemptMs: backendRequest }),
    ...(silenceMs !== undefined && silenceMs > 0 && { silenceMs }),
  });
}

/** What a rule says itself of what policies may say, too. */
export interface OwnTraffic {
  readonly timeouts?: { readonly request?: number; readonly backendRequest?: number };
  readonly streamIdleTimeout?: number;
  /** As people read it. */
  readonly retry?: string;
}

/** Who decided what a rule goes by. `id`: of its route. */
export function trafficDecisions(
  id: string,
  { timeouts = {}, streamIdleTimeout, retry }: OwnTraffic,
  { said, spec }: MergedPolicy<TrafficFields>,
): readonly Decision[] {
  const own = (path: string, value: string | undefined): readonly Said[] =>
    value === undefined ? [] : [{ origin: id, level: 'rule', path, value }];
  const ownTime = (path: string, time: number | undefined) =>
    own(path, time === undefined ? undefined : formatDuration(time));
  // Retry rules are taken as a whole, so that only those which are in force bound an attempt.
  const bounding = spec.retry?.perRetry?.timeout === undefined ? [] : (said.retry?.slice(0, 1) ?? []);
  return [
    ...decided(
      'rateLimit',
      saidOf(said.rateLimit, 'rateLimit', ({ spec: limits }) => rateLimitText(limits)),
    ),
    ...decided('requestTimeout', [
      ...ownTime('timeouts.request', timeouts.request),
      ...saidOf(said.requestTimeout, 'timeout.http.requestTimeout', formatDuration),
    ]),
    ...decided('retry', [...own('retry', retry), ...saidOf(said.retry, 'retry', retryText)]),
    ...decided('attemptTimeout', [
      ...ownTime('timeouts.backendRequest', timeouts.backendRequest),
      ...saidOf(bounding, 'retry.perRetry.timeout', ({ perRetry }) => formatDuration(perRetry?.timeout ?? 0)),
    ]),
    ...decided('streamIdleTimeout', [
      ...ownTime('streamIdleTimeout', streamIdleTimeout),
      ...saidOf(said.streamIdleTimeout, 'timeout.http.streamIdleTimeout', formatDuration),
    ]),
  ];
}

/** Of several levels, the closest first, as people read it. */
export function saidOf<V>(
  values: readonly LeveledValue<V>[] | undefined,
  path: string,
  text: (value: NonNullable<V>) => string,
): readonly Said[] {
  return (values ?? []).map(({ level, origin, value }) => ({ origin, level, path, value: text(value) }));
}

function retryText({ numRetries, numAttemptsPerPriority, retryOn, perRetry }: Retry): string {
  const { baseInterval, maxInterval } = perRetry?.backOff ?? {};
  const parts = [
    `numRetries ${numRetries}`,
    numAttemptsPerPriority !== undefined && `numAttemptsPerPriority ${numAttemptsPerPriority}`,
    retryOn?.triggers && `triggers ${retryOn.triggers.join(' ')}`,
    retryOn?.httpStatusCodes && `httpStatusCodes ${retryOn.httpStatusCodes.join(' ')}`,
    perRetry?.timeout !== undefined && `timeout ${formatDuration(perRetry.timeout)}`,
    baseInterval !== undefined && `baseInterval ${formatDuration(baseInterval)}`,
    maxInterval !== undefined && `maxInterval ${formatDuration(maxInterval)}`,
  ];
  return parts.filter((part) => typeof part === 'string').join(', ');
}

function rateLimitText(spec: BackendTrafficPolicySpec['rateLimit']): string {
  if (spec === undefined) return 'cannot be read';
  const count = spec.global?.rules?.length ?? 0;
  return spec.type === 'Local' ? 'Local' : `${count} ${count === 1 ? 'rule' : 'rules'}`;
}
