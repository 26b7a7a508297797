import type { PolicyDocument } from '../../policy/document.ts';
import type { Problem } from '../../policy/problem.ts';
import type { GatewayModel } from '../gateway.ts';
import type { ApiKey } from '../key.ts';
import type { LogicalModel } from '../logical-model.ts';
import type { Pricing } from '../pricing.ts';
import type { Provider } from '../provider.ts';
import type { RetryProfile, Route } from '../route.ts';
import { buildAiGateway } from './ai-gateway/index.ts';
import { withAiGateway } from './ai-gateway/merge.ts';
import { uniqueModels } from './ai-gateway/route.ts';
import { buildKey, type OwnChainRules } from './api-key.ts';
import { attachPolicies } from './attached-policies.ts';
import type { Attachment } from './attachment.ts';
import { backendDocuments } from './backend/service.ts';
import { refuseLimitsOfListeners, warnOfUnlimitedServices } from './gateway/client-traffic.ts';
import { createContext } from './context.ts';
import { withDocuments } from './document-surroundings.ts';
import { closedRoutes, closings, withClosedRoutes } from './envoy-gateway/closed-routes.ts';
import { envoyGatewayPolicies } from './envoy-gateway/index.ts';
import { withChosenFilters, withListenerFilters } from './envoy-gateway/merge.ts';
import { routeTokens, withRouteTokens } from './envoy-gateway/route-tokens.ts';
import { listedFilters } from './extensions/index.ts';
import { buildGateways } from './gateway/gateway.ts';
import { gatewayName } from './gateway-api/attach.ts';
import { buildGatewayApi, servicesOf } from './gateway-api/index.ts';
import { parametersIn } from './gateway/gateway-parameters.ts';
import { gatewayNames, gatewayPolicies } from './gateway/gateway-policies.ts';
import { readCatalogues } from './listed-prices/catalogues.ts';
import { withListedPrices } from './listed-prices/listed-prices.ts';
import { pricedModels } from './listed-prices/priced-models.ts';
import { buildModelDocument } from './model.ts';
import { ofKind } from './of-kind.ts';
import { inFolder, type PolicyPlace } from './place.ts';
import { buildProvider } from './provider.ts';
import { referenceGrants } from './grants/reference-grants.ts';
import { defaultRetry, processorRules, retryProfile } from './route.ts';
import { buildRules } from './rules.ts';
import type { Surroundings } from './surroundings.ts';

export interface BuiltPolicy {
  readonly gateways: readonly GatewayModel[];
  /** What is wrong beyond a single document: references, secrets, names taken twice. */
  readonly problems: readonly Problem[];
  readonly attachments: readonly Attachment[];
}

/**
 * From documents to what they mean. Whatever is wrong costs the part it describes and is said; the rest is built. The
 * order of the documents does not matter beyond ties, which the smaller id wins.
 */
export function buildModel(
  documents: readonly PolicyDocument[],
  surroundings: Surroundings,
  place: PolicyPlace = inFolder,
): BuiltPolicy {
  const { context, problems, secrets } = createContext(
    withDocuments(documents, surroundings),
    referenceGrants(documents),
  );

  const providers = new Map<string, Provider>();
  for (const document of ofKind(documents, 'Provider')) {
    const provider = buildProvider(document, context);
    if (provider !== undefined) providers.set(provider.name, provider);
  }

  const profiles = new Map<string, RetryProfile>();
  const models: LogicalModel[] = [];
  const routes: Route[] = [];
  const pricings: Pricing[] = [];
  const modelNames = new Map<string, string>();
  for (const document of ofKind(documents, 'Model')) {
    const built = buildModelDocument(document, providers, modelNames, context);
    if (built === undefined) continue;
    models.push(built.model);
    routes.push(built.route);
    profiles.set(built.profile.name, built.profile);
    pricings.push(...built.pricings);
  }

  const keys: ApiKey[] = [];
  const keyHashes = new Map<string, string>();
  // Always there: pass-through requests have no model whose rules they could follow.
  profiles.set(ownChainRules.profile.name, ownChainRules.profile);
  for (const document of ofKind(documents, 'ApiKey')) {
    const built = buildKey(document, providers, keyHashes, ownChainRules, context);
    if (built === undefined) continue;
    keys.push(built.key);
    routes.push(...built.routes);
    pricings.push(...built.pricings);
  }

  const clientTraffic = attachPolicies(ofKind(documents, 'ClientTrafficPolicy'), documents, context);
  refuseLimitsOfListeners(ofKind(documents, 'ClientTrafficPolicy'), context);
  const gatewayOf = new Map(ofKind(documents, 'Gateway').map((gateway) => [gatewayName(gateway), gateway]));
  const policyOf = gatewayPolicies(
    gatewayNames(ofKind(documents, 'Gateway'), place),
    ofKind(documents, 'GatewayPolicy'),
    context,
  );
  const gateways = buildGateways(
    ofKind(documents, 'Gateway'),
    policyOf,
    parametersIn(documents),
    keys,
    clientTraffic,
    place,
    context,
  );
  const ai = buildAiGateway(
    documents,
    ofKind(documents, 'Gateway'),
    { providers: new Set(providers.keys()), models: modelNames, keys: keyHashes },
    context,
  );
  const backends = backendDocuments(documents);
  const listed = listedFilters(policyOf, gatewayOf, backends, context);
  const attached = envoyGatewayPolicies(documents, gatewayOf, backends, { ...ai, listed }, context);
  const ordinary = buildGatewayApi(documents, attached.ofRule, context);
  const open = gateways.map((gateway) => withListenerFilters(gateway, servicesOf(ordinary, gateway.name), attached));
  for (const document of ofKind(documents, 'Gateway')) {
    const { routes } = servicesOf(ordinary, gatewayName(document));
    if (routes.length > 0) warnOfUnlimitedServices(document, clientTraffic, context);
  }
  const parts = [...ai.parts.values()];
  const catalogues = readCatalogues(documents, context);
  const rules = buildRules(
    documents,
    () => ({
      keys: [...keys, ...parts.flatMap((part) => part.keys)].map(({ name }) => name),
      models: [...models, ...uniqueModels(parts.flatMap((part) => part.models))],
      providers: [...providers.keys(), ...parts.flatMap((part) => part.providers.map(({ name }) => name))],
      priced: pricedModels(
        {
          routes: [...routes, ...parts.flatMap((part) => part.routes)],
          providers: [...providers.values(), ...parts.flatMap((part) => part.providers)],
          pricings,
        },
        catalogues,
      ),
    }),
    gateways.every(({ settings }) => settings.redactionSecret !== undefined),
    context,
  );
  const shared = {
    providers: [...providers.values()].sort(byName),
    models: models.sort(byName),
    routes: routes.sort((a, b) => compare(a.id, b.id)),
    profiles: [...profiles.values()].sort(byName),
    keys: keys.sort(byName),
    ...rules,
    pricings: pricings.sort(byName),
    secrets: secrets.sort(byName),
  };
  const inVain = closings(documents, attached.attachments);
  const built = open.map((gateway) => {
    const aiRoutes = ai.routes.get(gateway.name) ?? [];
    const tokens = routeTokens(gateway, aiRoutes, attached);
    const whole = { ...gateway, ...shared, services: servicesOf(ordinary, gateway.name) };
    const attachedTo = withAiGateway(withChosenFilters(whole, attached), ai.parts.get(gateway.name));
    const complete = withListedPrices(attachedTo, catalogues);
    const closed = new Map([...tokens.closed, ...closedRoutes(aiRoutes, inVain)]);
    return withClosedRoutes(withRouteTokens(complete, tokens), closed);
  });
  const attachments = [...ai.attachments, ...ordinary.attachments, ...attached.attachments];
  return { gateways: built, problems, attachments };
}

const ownChainRules: OwnChainRules = {
  profile: retryProfile(defaultRetry),
  coolDown: processorRules(defaultRetry).coolDown,
};

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
