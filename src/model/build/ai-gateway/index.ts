import { gatewayConfigAnnotation } from '../../../policy/ai-gateway/gateway-config.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { Limit } from '../../limit.ts';
import type { LogicalModel } from '../../logical-model.ts';
import type { Provider } from '../../provider.ts';
import type { RetryProfile, Route } from '../../route.ts';
import { attachPolicies } from '../attached-policies.ts';
import type { Attachment } from '../attachment.ts';
import type { BuildContext } from '../context.ts';
import { attach, type GatewayLike } from '../gateway-api/attach.ts';
import { buildBackend } from './backend.ts';
import { costsByKey } from './cost.ts';
import { type AiRouteDocument, byTarget, type GatewayConfigDocument, type Named, named } from './documents.ts';
import { otherListeners, routeHosts } from './hosts.ts';
import { type BuiltAiRoute, buildAiRoute, type ResolvedRule, uniqueModels } from './route.ts';
import { buildRouteLimits, type LimitedRoute } from './route-limits.ts';
import { mergedTraffic, retryOfRule } from './rule-policy.ts';
import { buildCallers, type GatewayCallers, refuseUnserved } from './security.ts';
import { type ResolvedRef, resolveRefs, warnOfUnserved } from './targets.ts';

/** What the vocabulary adds to one gateway. */
export interface AiGatewayParts extends GatewayCallers {
  readonly providers: readonly Provider[];
  readonly models: readonly LogicalModel[];
  readonly routes: readonly Route[];
  readonly profiles: readonly RetryProfile[];
  readonly limits: readonly Limit[];
}

/** What our own documents have taken. */
export interface OwnNames {
  readonly providers: ReadonlySet<string>;
  /** Names and aliases of models, with the document that has them. */
  readonly models: ReadonlyMap<string, string>;
  /** Hashes of keys, with the document that has them. */
  readonly keys: ReadonlyMap<string, string>;
}

export interface BuiltAiGateway {
  /** By the gateway's name in the model. */
  readonly parts: ReadonlyMap<string, AiGatewayParts>;
  readonly attachments: readonly Attachment[];
}

/** The documents of Envoy AI Gateway and its companions: what they mean on each Gateway. */
export function buildAiGateway(
  documents: readonly PolicyDocument[],
  gateways: readonly GatewayLike[],
  own: OwnNames,
  context: BuildContext,
): BuiltAiGateway {
  const backends = named(documents, 'AIServiceBackend');
  const routes = named(documents, 'AIGatewayRoute').all;
  const configs = named(documents, 'GatewayConfig');
  const providers = new Map<string, Provider>();
  const surroundings = {
    backends: named(documents, 'Backend'),
    security: byTarget(named(documents, 'BackendSecurityPolicy').all),
    tls: byTarget(named(documents, 'BackendTLSPolicy').all),
    taken: own.providers,
  };
  for (const backend of backends.all) {
    const provider = buildBackend(backend, surroundings, context);
    if (provider !== undefined) providers.set(backend.id, provider);
  }
  const traffic = attachPolicies(named(documents, 'BackendTrafficPolicy').all, documents, context);
  const securityPolicies = named(documents, 'SecurityPolicy').all;
  const security = attachPolicies(securityPolicies, documents, context);
  const attachments: Attachment[] = [];
  const built = new Map<string, Collected>();
  for (const route of routes) {
    const attached = attach(route, route.spec, gateways, context);
    attachments.push(...attached.attachments);
    const refs = route.spec.rules.map((rule, index) => {
      const resolved = resolveRefs(route, index, rule.backendRefs, backends, providers, context);
      warnOfUnserved(route, index, resolved, context);
      return resolved;
    });
    warnOfTakenModels(route, own.models, context);
    for (const { gateway: name, listeners } of attached.to) {
      const gateway = gateways.find((one) => nameOf(one) === name);
      const known = gateway?.spec.listeners ?? [];
      warnOfOtherListeners(route, otherListeners(listeners, known), context);
      const place = {
        gateway: { kind: 'Gateway', namespace: gateway?.namespace ?? '', name: gateway?.name ?? name },
        listeners: listeners.map((listener) => listener.name),
        route: { kind: 'route', namespace: route.namespace, name: route.name },
      } as const;
      const rules = route.spec.rules.map((rule, index): ResolvedRule => {
        const merged = mergedTraffic(traffic.at({ ...place, ...(rule.name !== undefined && { rule: rule.name }) }));
        const decidedBy = merged.decidedBy.filter(({ field }) => field !== 'rateLimit');
        return { refs: refs[index] ?? noRefs, retry: retryOfRule(rule, merged), decidedBy };
      });
      const collected = built.get(name) ?? { documents: [], routes: [], limited: [] };
      built.set(name, collected);
      collected.documents.push(route);
      collected.routes.push(buildAiRoute(route, name, routeHosts(listeners, known), rules));
      const policies = traffic.at(place);
      const origin = mergedTraffic(policies).decidedBy.find(({ field }) => field === 'rateLimit')?.origin;
      const policy = policies.find((one) => one.origin === origin)?.spec;
      const config = gateway && configOf(gateway, configs);
      const costs = costsByKey(config?.spec.globalLLMRequestCosts ?? [], route.spec.llmRequestCosts);
      if (policy !== undefined) collected.limited.push({ policy, route, costs });
    }
  }
  for (const gateway of gateways) warnOfMissingConfig(gateway, configs, context);
  refuseUnserved(securityPolicies, context);
  const parts = new Map(
    [...new Set([...built.keys(), ...gateways.map(nameOf)])].map((name) => {
      const collected = built.get(name) ?? { documents: [], routes: [], limited: [] };
      const gateway = gateways.find((one) => nameOf(one) === name);
      const callers = buildCallers(gateway, collected.documents, security, own.keys, context);
      return [name, { ...partsOf(collected, own, context), ...callers }];
    }),
  );
  return { parts, attachments };
}

interface Collected {
  readonly documents: AiRouteDocument[];
  readonly routes: BuiltAiRoute[];
  readonly limited: LimitedRoute[];
}

const noRefs: readonly ResolvedRef[] = [];

function partsOf(
  { routes, limited }: Collected,
  own: OwnNames,
  context: BuildContext,
): Omit<AiGatewayParts, keyof GatewayCallers> {
  const models = uniqueModels(routes.flatMap((route) => route.models));
  return {
    providers: [...new Set(routes.flatMap((route) => route.providers))],
    models: models.filter(({ name }) => !own.models.has(name)),
    routes: routes.flatMap((route) => route.routes),
    profiles: routes.flatMap((route) => route.profiles),
    limits: buildRouteLimits(limited, context),
  };
}

/** A Model's own chain goes before that of a rule which says no more than the model. */
function warnOfTakenModels(route: AiRouteDocument, taken: ReadonlyMap<string, string>, context: BuildContext): void {
  for (const [index, { matches }] of route.spec.rules.entries()) {
    for (const { headers } of matches) {
      const [only, ...more] = headers;
      const owner = only === undefined || more.length > 0 ? undefined : taken.get(only.value);
      if (only?.name !== 'x-ai-eg-model' || only.type !== 'Exact' || owner === undefined) continue;
      const message = `"${only.value}" is also a model of ${owner}, whose chain answers`;
      context.warn(route, `spec.rules[${index}].matches`, message, 'remove one of them', 'Conflicted');
    }
  }
}

function warnOfOtherListeners(route: AiRouteDocument, others: readonly string[], context: BuildContext): void {
  if (others.length === 0) return;
  const message = `requests by ${others.join(', ')} meet it, too: it is found by host and headers, not by port`;
  context.warn(route, 'spec.parentRefs', message, 'give the listeners different hostnames to keep them apart');
}

function configOf(gateway: GatewayLike, configs: Named<GatewayConfigDocument>): GatewayConfigDocument | undefined {
  const name = gateway.annotations[gatewayConfigAnnotation];
  return name === undefined ? undefined : configs.get(gateway.namespace, name);
}

function warnOfMissingConfig(gateway: GatewayLike, configs: Named<GatewayConfigDocument>, context: BuildContext): void {
  const name = gateway.annotations[gatewayConfigAnnotation];
  const config = configOf(gateway, configs);
  if (name !== undefined && config === undefined) {
    const message = `GatewayConfig "${name}" does not exist`;
    context.warn(
      gateway,
      `metadata.annotations.${gatewayConfigAnnotation}`,
      message,
      'add it, or remove the annotation',
    );
  }
  if (config?.spec.forwardProxy === undefined) return;
  const message = 'is not served yet: providers are reached directly';
  context.reject(config, 'spec.forwardProxy', message, 'remove it', 'UnsupportedValue');
}

function nameOf({ namespace, name }: GatewayLike): string {
  return qualifiedName(namespace, name);
}
