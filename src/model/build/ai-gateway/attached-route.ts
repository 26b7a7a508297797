import { qualifiedName } from '../../../policy/document-id.ts';
import type { Provider } from '../../provider.ts';
import { rulePartSeparator } from '../../route.ts';
import type { AttachedPolicies } from '../attached-policies.ts';
import type { AiRouteDocument, BackendTrafficDocument } from '../documents.ts';
import type { AttachedTo, GatewayLike } from '../gateway-api/attach.ts';
import { memo } from '../memo.ts';
import type { LeveledPolicy } from '../policy-levels.ts';
import { type CostSpec, costsByKey } from './cost.ts';
import { isAlsoMetElsewhere, routeHosts } from './hosts.ts';
import { type BuiltAiRoute, buildAiRoute, type ResolvedRule } from './route.ts';
import type { LimitedRoute } from './route-limits.ts';
import { decidersOfRule, mergedTraffic, retryOfRule, wantsLimits } from './rule-policy.ts';
import type { ResolvedRef } from './targets.ts';

/** An AIGatewayRoute on one Gateway. */
export interface AttachedAiRoute {
  readonly document: AiRouteDocument;
  /** Names of the listeners by which requests for it come. */
  readonly listeners: readonly string[];
  readonly built: BuiltAiRoute;
  /** Those that its rules lead to, also without targets. */
  readonly providers: readonly Provider[];
  /** Of the route, and of rules with limits of their own. Empty: no policy limits it. */
  readonly limited: readonly LimitedRoute[];
}

type Policies = readonly LeveledPolicy<BackendTrafficDocument>[];

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
  const all = gateway?.spec.listeners ?? [];
  const hostnames = routeHosts(to.listeners, all);
  // Most routes are on every listener that has their hosts, and need no second look.
  const listeners = isAlsoMetElsewhere(to.listeners, all) ? [...place.listeners].sort() : undefined;
  const ofRoute = traffic.at(place);
  const ofRules = document.spec.rules.map(({ name: rule }) =>
    rule === undefined ? ofRoute : traffic.at({ ...place, rule }),
  );
  const signature = [
    hostnames.join(),
    listeners?.join() ?? '',
    ...refs.map((each) => each.map(providerSignature).join()),
    ...[ofRoute, ...ofRules].map((policies) => policies.map(({ level, spec }) => `${level} ${spec.hash}`).join()),
    ...gatewayCosts.map(({ metadataKey, type, cel }) => `${metadataKey} ${type} ${cel}`),
  ].join(';');
  const built = memo(document, `on ${to.gateway}`, signature, () => {
    const rules = ofRules.map((policies, index) => resolvedRule(document, index, refs[index] ?? [], policies));
    return buildAiRoute(document, { hostnames, ...(listeners && { listeners }) }, rules);
  });
  const costs = costsByKey(gatewayCosts, document.spec.llmRequestCosts);
  return {
    document,
    listeners: place.listeners,
    built,
    // Not remembered: a provider may change where its route does not.
    providers: refs.flatMap((each) => each.map(({ provider }) => provider)),
    limited: limitedParts(document, ofRoute, ofRules).map((part) => ({ ...part, route: document, costs })),
  };
}

function providerSignature({ provider }: ResolvedRef): string {
  return `${provider.cluster} ${provider.isPrivate} ${provider.isUnserved}`;
}

function resolvedRule(
  document: AiRouteDocument,
  index: number,
  refs: readonly ResolvedRef[],
  policies: Policies,
): ResolvedRule {
  const merged = mergedTraffic(policies);
  const rule = document.spec.rules[index];
  return {
    refs,
    name: hasOwnLimits(policies) ? ruleName(document, rule?.name) : routeName(document),
    retry: retryOfRule(rule, merged),
    decidedBy: decidersOfRule({ id: document.id, rule }, merged).filter(({ field }) => field !== limits),
  };
}

/** What limits are of, by the name that their scopes have for it. */
function limitedParts(
  document: AiRouteDocument,
  ofRoute: Policies,
  ofRules: readonly Policies[],
): readonly Pick<LimitedRoute, 'policy' | 'name' | 'rules'>[] {
  const { rules } = document.spec;
  const others = rules.filter((_, index) => !hasOwnLimits(ofRules[index] ?? []));
  const parts = [
    { policy: limiting(ofRoute), name: routeName(document), rules: others },
    ...rules.flatMap((rule, index) => {
      const policies = ofRules[index] ?? [];
      return hasOwnLimits(policies)
        ? [{ policy: limiting(policies), name: ruleName(document, rule.name), rules: [rule] }]
        : [];
    }),
  ];
  return parts.flatMap(({ policy, ...part }) =>
    policy === undefined || part.rules.length === 0 ? [] : [{ policy, ...part }],
  );
}

function hasOwnLimits(policies: Policies): boolean {
  return policies.some(({ level, spec }) => level === 'rule' && wantsLimits(spec));
}

function routeName({ namespace, name }: AiRouteDocument): string {
  return qualifiedName(namespace, name);
}

function ruleName(document: AiRouteDocument, rule = ''): string {
  return `${routeName(document)}${rulePartSeparator}${rule}`;
}

/** The closest one that says limits. */
function limiting(policies: Policies): BackendTrafficDocument | undefined {
  const saying = policies.filter(({ spec }) => wantsLimits(spec));
  if (saying.length < 2) return saying[0]?.spec;
  const origin = mergedTraffic(saying).decidedBy.find(({ field }) => field === limits)?.origin;
  return saying.find((policy) => policy.origin === origin)?.spec;
}

const limits = 'rateLimit';
