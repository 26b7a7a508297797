import { getOrCreate } from '../../../lib/get-or-create.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import type { Limit } from '../../limit.ts';
import type { LogicalModel } from '../../logical-model.ts';
import type { Provider } from '../../provider.ts';
import type { RetryProfile, Route } from '../../route.ts';
import { type AttachedPolicies, attachPolicies } from '../attached-policies.ts';
import type { Attachment } from '../attachment.ts';
import type { BuildContext } from '../context.ts';
import { type BackendTrafficDocument, named, type SecurityDocument } from '../documents.ts';
import { type GatewayLike, gatewayName } from '../gateway-api/attach.ts';
import { recalling } from '../recall.ts';
import type { AttachedAiRoute } from './attached-route.ts';
import { buildBackends } from './backends.ts';
import { checkGatewayConfigs } from './gateway-config.ts';
import { warnOfIdleLimits } from './idle-selectors.ts';
import { buildAllQuotas, type QuotaRule } from './quota.ts';
import { piecesOf, type RouteScene, readRoute, readRoutes } from './read-route.ts';
import { uniqueModels } from './route.ts';
import { buildRouteLimits, type LimitedRoute } from './route-limits.ts';
import { buildCallers, type GatewayCallers } from './security.ts';
import { refuseUnservedSecurity, refuseUnservedTraffic } from './unserved.ts';

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
  /** The same of the AIGatewayRoutes on it. */
  readonly routes: ReadonlyMap<string, readonly AttachedAiRoute[]>;
  readonly attachments: readonly Attachment[];
  readonly security: AttachedPolicies<SecurityDocument>;
  readonly traffic: AttachedPolicies<BackendTrafficDocument>;
}

/** The documents of Envoy AI Gateway and its companions: what they mean on each Gateway. */
export function buildAiGateway(
  documents: readonly PolicyDocument[],
  gateways: readonly GatewayLike[],
  own: OwnNames,
  context: BuildContext,
): BuiltAiGateway {
  const backends = buildBackends(documents, own.providers, context);
  const configs = named(documents, 'GatewayConfig');
  const trafficPolicies = named(documents, 'BackendTrafficPolicy').all;
  const traffic = attachPolicies(trafficPolicies, documents, context);
  const securityPolicies = named(documents, 'SecurityPolicy').all;
  const security = attachPolicies(securityPolicies, documents, context);
  checkGatewayConfigs(gateways, configs, context);
  const aiRoutes = named(documents, 'AIGatewayRoute');
  refuseUnservedTraffic(trafficPolicies, context);
  refuseUnservedSecurity(securityPolicies, documents, context);

  const attachments: Attachment[] = [];
  const quotaRules: QuotaRule[] = [];
  const onGateway = new Map<string, AttachedAiRoute[]>(gateways.map((gateway) => [gatewayName(gateway), []]));
  const scene: RouteScene = { gateways, backends, traffic, security, configs, models: own.models };
  const seen = [...named(documents, 'ReferenceGrant').all, ...piecesOf(scene)];
  const read = recalling(readRoutes, seen, context, (route, listening) => readRoute(route, scene, listening));
  for (const route of aiRoutes.all) {
    const { attachments: outcomes, rules, on } = read(route);
    attachments.push(...outcomes);
    quotaRules.push(...rules);
    for (const [gateway, attached] of on) getOrCreate(onGateway, gateway, () => []).push(attached);
  }

  warnOfIdleLimits(
    [...onGateway.values()].flatMap((routes) => routes.flatMap(({ limited }) => limited)),
    context,
  );
  const quotas = buildAllQuotas(named(documents, 'QuotaPolicy').all, backends, quotaRules, context);
  const parts = [...onGateway].map(([name, routes]): [string, AiGatewayParts] => {
    const gateway = gateways.find((one) => gatewayName(one) === name);
    const guarded = [...new Set(routes.map(({ document }) => document))];
    const callers = buildCallers(gateway, guarded, security, own.keys, context);
    return [name, { ...partsOf(routes, quotas, own, context), ...callers }];
  });
  return { parts: new Map(parts), routes: onGateway, attachments, security, traffic };
}

function partsOf(
  routes: readonly AttachedAiRoute[],
  quotas: ReadonlyMap<Provider, readonly Limit[]>,
  own: OwnNames,
  context: BuildContext,
): Omit<AiGatewayParts, keyof GatewayCallers> {
  // In one pass: looking at thousands of routes is what takes the time here.
  const providers = new Set<Provider>();
  const models: LogicalModel[] = [];
  const all: Route[] = [];
  const profiles = new Set<RetryProfile>();
  const limited: LimitedRoute[] = [];
  for (const route of routes) {
    for (const provider of route.providers) providers.add(provider);
    for (const model of route.built.models) if (!own.models.has(model.name)) models.push(model);
    all.push(...route.built.routes);
    for (const profile of route.built.profiles) profiles.add(profile);
    limited.push(...route.limited);
  }
  return {
    providers: [...providers],
    models: uniqueModels(models),
    routes: all,
    profiles: [...profiles],
    limits: [
      ...buildRouteLimits(limited, context),
      ...[...providers].flatMap((provider) => quotas.get(provider) ?? []),
    ],
  };
}
