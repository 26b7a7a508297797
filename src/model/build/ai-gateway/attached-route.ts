import { getOrCreate } from '../../../lib/get-or-create.ts';
import type { AiRule } from '../../../policy/ai-gateway/ai-gateway-route.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { Provider } from '../../provider.ts';
import { rulePartSeparator } from '../../route.ts';
import type { AttachedPolicies, GatewayPlace, PolicySubject } from '../attached-policies.ts';
import type { AiRouteDocument, BackendTrafficDocument, SecurityDocument } from '../documents.ts';
import type { AttachedTo, GatewayLike } from '../gateway-api/attach.ts';
import { memo } from '../memo.ts';
import type { LeveledPolicy } from '../policy-levels.ts';
import { callerDecisions } from './caller-decisions.ts';
import { costsByKey } from './cost.ts';
import { costDecisions, type WrittenCosts } from './gateway-config.ts';
import { isAlsoMetElsewhere, routeHosts } from './hosts.ts';
import { type BuiltAiRoute, buildAiRoute, type ResolvedRule } from './route.ts';
import type { LimitedRoute } from './route-limits.ts';
import { mergedTraffic, retryOfRule, trafficDecisions } from './rule-policy.ts';
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

/** What is said of a route elsewhere. */
export interface SaidOfRoute {
  readonly traffic: AttachedPolicies<BackendTrafficDocument>;
  readonly security: AttachedPolicies<SecurityDocument>;
  /** Of the Gateway. */
  readonly costs: WrittenCosts | undefined;
}

/**
 * One, or one for each part of the listeners that has policies of its own. `gateway` undefined: the one of a folder that
 * has no Gateway document. `refs` by rule.
 */
export function attachedRoutes(
  document: AiRouteDocument,
  to: AttachedTo,
  gateway: GatewayLike | undefined,
  refs: readonly (readonly ResolvedRef[])[],
  said: SaidOfRoute,
): readonly AttachedAiRoute[] {
  const parts = said.traffic.apart(subjectOf(to, gateway), to.listeners);
  const isDivided = parts.length > 1;
  const limited = new Set<string>();
  return parts.map((listeners) => {
    const route = attachedRoute(document, { ...to, listeners, isDivided }, gateway, refs, said);
    // What several parts have in common is limited once.
    const own = route.limited.filter(({ name }) => !limited.has(name));
    for (const { name } of own) limited.add(name);
    return isDivided ? { ...route, limited: own } : route;
  });
}

function subjectOf(to: AttachedTo, gateway: GatewayLike | undefined): PolicySubject {
  return { kind: 'Gateway', namespace: gateway?.namespace ?? '', name: gateway?.name ?? to.gateway };
}

function attachedRoute(
  document: AiRouteDocument,
  to: DividedPlace,
  gateway: GatewayLike | undefined,
  refs: readonly (readonly ResolvedRef[])[],
  { traffic, security, costs: gatewayCosts }: SaidOfRoute,
): AttachedAiRoute {
  const place = {
    gateway: subjectOf(to, gateway),
    listeners: to.listeners.map(({ name }) => name),
    route: { kind: 'route', namespace: document.namespace, name: document.name },
  } as const;
  const all = gateway?.spec.listeners ?? [];
  const hostnames = routeHosts(to.listeners, all);
  // Most routes are on every listener that has their hosts, and need no second look.
  const isPart = to.isDivided || isAlsoMetElsewhere(to.listeners, all);
  const listeners = isPart ? [...place.listeners].sort() : undefined;
  const part = to.isDivided ? place.listeners.toSorted().join('+') : '';
  const ofRoute = traffic.at(place);
  const placeOf = (rule: AiRule): GatewayPlace => (rule.name === undefined ? place : { ...place, rule: rule.name });
  const ofRules = document.spec.rules.map((rule) => (rule.name === undefined ? ofRoute : traffic.at(placeOf(rule))));
  const ofCallers = document.spec.rules.map((rule) => security.at(placeOf(rule)));
  const ownCosts = { origin: document.id, costs: document.spec.llmRequestCosts };
  const signature = [
    hostnames.join(),
    listeners?.join() ?? '',
    ...refs.map((each) => each.map(providerSignature).join()),
    ...[ofRoute, ...ofRules, ...ofCallers].map((policies) =>
      policies.map(({ level, spec }) => `${level} ${spec.hash}`).join(),
    ),
    ...(gatewayCosts?.costs ?? []).map(({ metadataKey, type, cel }) => `${metadataKey} ${type} ${cel}`),
  ].join(';');
  const built = memo(document, `on ${to.gateway} ${part}`, signature, () => {
    const ofCosts = costDecisions(gatewayCosts, ownCosts);
    const rules = document.spec.rules.map((rule, index): ResolvedRule => {
      const policies = ofRules[index] ?? [];
      const merged = mergedTraffic(policies);
      return {
        refs: refs[index] ?? [],
        name: limitedName(document, rule, policies, to),
        retry: retryOfRule(rule, merged),
        decisions: [
          ...callerDecisions(document, rule, placeOf(rule), security),
          ...ofCosts,
          ...trafficDecisions(document.id, rule, merged),
        ],
      };
    });
    return buildAiRoute(document, { hostnames, part, ...(listeners && { listeners }) }, rules);
  });
  const costs = costsByKey(gatewayCosts?.costs ?? [], ownCosts.costs);
  return {
    document,
    listeners: place.listeners,
    built,
    // Not remembered: a provider may change where its route does not.
    providers: refs.flatMap((each) => each.map(({ provider }) => provider)),
    limited: limitedParts(document, ofRules, to).map((each) => ({ ...each, route: document, costs })),
  };
}

function providerSignature({ provider }: ResolvedRef): string {
  return `${provider.cluster} ${provider.isPrivate} ${provider.isUnserved}`;
}

/** What limits are of, by the name that their scopes have for it. */
function limitedParts(
  document: AiRouteDocument,
  ofRules: readonly Policies[],
  to: DividedPlace,
): readonly Pick<LimitedRoute, 'policy' | 'name' | 'rules'>[] {
  const parts = new Map<string, { readonly policy: BackendTrafficDocument; readonly rules: AiRule[] }>();
  for (const [index, rule] of document.spec.rules.entries()) {
    const policies = ofRules[index] ?? [];
    const policy = limiting(policies)?.spec;
    if (policy === undefined) continue;
    getOrCreate(parts, limitedName(document, rule, policies, to), () => ({ policy, rules: [] })).rules.push(rule);
  }
  return [...parts].map(([name, part]) => ({ name, ...part }));
}

/** A place that may be one of several parts of the listeners of a Gateway. */
interface DividedPlace extends AttachedTo {
  readonly isDivided: boolean;
}

/** Limits of a single rule, or of a part of the listeners, are of that alone. */
function limitedName(document: AiRouteDocument, rule: AiRule, policies: Policies, to: DividedPlace): string {
  const name = qualifiedName(document.namespace, document.name);
  const level = limiting(policies)?.level;
  if (level === 'rule') return [name, rule.name].join(rulePartSeparator);
  if (level !== 'listener' || !to.isDivided) return name;
  // Without the name of a rule in between: no rule is called like that.
  return [name, '', ...to.listeners.map((listener) => listener.name).sort()].join(rulePartSeparator);
}

/** The closest one that says limits. */
function limiting(policies: Policies): LeveledPolicy<BackendTrafficDocument> | undefined {
  const [first] = mergedTraffic(policies).said.rateLimit ?? [];
  return first && policies.find(({ origin, level }) => origin === first.origin && level === first.level);
}
