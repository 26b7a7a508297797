import type { AttachedPolicies } from '../attached-policies.ts';
import type { AttachedTo, GatewayLike } from '../gateway-api/attach.ts';
import { type CostSpec, costsByKey } from './cost.ts';
import type { AiRouteDocument, BackendTrafficDocument } from './documents.ts';
import { routeHosts } from './hosts.ts';
import { type BuiltAiRoute, buildAiRoute, type ResolvedRule } from './route.ts';
import type { LimitedRoute } from './route-limits.ts';
import { mergedTraffic, retryOfRule } from './rule-policy.ts';
import type { ResolvedRef } from './targets.ts';

/** An AIGatewayRoute on one Gateway. */
export interface AttachedAiRoute {
  readonly document: AiRouteDocument;
  readonly built: BuiltAiRoute;
  /** Absent: no policy limits it. */
  readonly limited?: LimitedRoute;
}

/** `gateway` undefined: the one of a folder that has no Gateway document. `refs` by rule. */
export function attachedRoute(
  document: AiRouteDocument,
  to: AttachedTo,
  gateway: GatewayLike | undefined,
  refs: readonly (readonly ResolvedRef[])[],
  traffic: AttachedPolicies<BackendTrafficDocument>,
  gatewayCosts: readonly CostSpec[],
): AttachedAiRoute {
  const place = {
    gateway: { kind: 'Gateway', namespace: gateway?.namespace ?? '', name: gateway?.name ?? to.gateway },
    listeners: to.listeners.map(({ name }) => name),
    route: { kind: 'route', namespace: document.namespace, name: document.name },
  } as const;
  const rules = document.spec.rules.map((rule, index): ResolvedRule => {
    const merged = mergedTraffic(traffic.at({ ...place, ...(rule.name !== undefined && { rule: rule.name }) }));
    return {
      refs: refs[index] ?? [],
      retry: retryOfRule(rule, merged),
      decidedBy: merged.decidedBy.filter(({ field }) => field !== limits),
    };
  });
  const policies = traffic.at(place);
  const origin = mergedTraffic(policies).decidedBy.find(({ field }) => field === limits)?.origin;
  const policy = policies.find((one) => one.origin === origin)?.spec;
  const costs = costsByKey(gatewayCosts, document.spec.llmRequestCosts);
  return {
    document,
    built: buildAiRoute(document, to.gateway, routeHosts(to.listeners, gateway?.spec.listeners ?? []), rules),
    ...(policy && { limited: { policy, route: document, costs } }),
  };
}

const limits = 'rateLimit';
