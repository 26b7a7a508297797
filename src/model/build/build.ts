import { lazily } from '../../lib/lazily.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import type { Problem } from '../../policy/problem.ts';
import type { GatewayModel } from '../gateway.ts';
import { buildAiGateway } from './ai-gateway/index.ts';
import { withAiGateway } from './ai-gateway/merge.ts';
import { uniqueModels } from './ai-gateway/route.ts';
import { attachPolicies } from './attached-policies.ts';
import type { Attachment } from './attachment.ts';
import { backendDocuments } from './backend/service.ts';
import { rejectTlsForNothing } from './backend/tls-targets.ts';
import { createContext } from './context.ts';
import { withDocuments } from './document-surroundings.ts';
import { closedRoutes, closings, withClosedRoutes } from './envoy-gateway/closed-routes.ts';
import { envoyGatewayPolicies } from './envoy-gateway/index.ts';
import { withListenerCors } from './envoy-gateway/listener-cors.ts';
import { withChosenFilters, withListenerFilters } from './envoy-gateway/merge.ts';
import { sayMixedClaims } from './envoy-gateway/mixed-claims.ts';
import { routeTokens, withRouteTokens } from './envoy-gateway/route-tokens.ts';
import { listedFilters } from './extensions/index.ts';
import { refuseLimitsOfListeners, warnOfUnlimitedServices } from './gateway/client-traffic.ts';
import { buildGateways } from './gateway/gateway.ts';
import { parametersIn } from './gateway/gateway-parameters.ts';
import { gatewayPolicies } from './gateway/gateway-policies.ts';
import { rejectMissingParameters } from './gateway/missing-parameters.ts';
import { gatewayName } from './gateway-api/attach.ts';
import { buildGatewayApi, servicesOf } from './gateway-api/index.ts';
import { referenceGrants } from './grants/reference-grants.ts';
import { readCatalogues } from './listed-prices/catalogues.ts';
import { withListedPrices } from './listed-prices/listed-prices.ts';
import { pricedModels } from './listed-prices/priced-models.ts';
import { warnOfPricesOfNobody } from './listed-prices/prices-of-nobody.ts';
import { chainsOf } from './names/chains.ts';
import { warnOfIdleModels } from './names/idle-models.ts';
import { knownNames } from './names/known-names.ts';
import { ofKind } from './of-kind.ts';
import { buildOwnKinds } from './own-kinds.ts';
import { inFolder, type PolicyPlace } from './place.ts';
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
 * order of the documents does not matter: of two that want the same, the older one has it.
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

  const own = buildOwnKinds(documents, context);
  const clientTraffic = attachPolicies(ofKind(documents, 'ClientTrafficPolicy'), documents, context);
  refuseLimitsOfListeners(ofKind(documents, 'ClientTrafficPolicy'), context);
  const gatewayOf = new Map(ofKind(documents, 'Gateway').map((gateway) => [gatewayName(gateway), gateway]));
  const policyOf = gatewayPolicies(ofKind(documents, 'Gateway'), ofKind(documents, 'GatewayPolicy'), place, context);
  const gateways = buildGateways(
    ofKind(documents, 'Gateway'),
    { policyOf, parametersOf: parametersIn(documents), clientTraffic, keys: own.keys },
    place,
    context,
  );
  rejectMissingParameters(documents, context);
  const ai = buildAiGateway(
    documents,
    ofKind(documents, 'Gateway'),
    { providers: new Set(own.providers.keys()), models: own.takenModels, keys: own.takenKeys },
    context,
  );
  const backends = backendDocuments(documents);
  rejectTlsForNothing(ofKind(documents, 'BackendTLSPolicy'), backends.backends, context);
  const listed = listedFilters(policyOf, backends, context);
  const attached = envoyGatewayPolicies(documents, gatewayOf, backends, { ...ai, listed }, context);
  const ordinary = buildGatewayApi(documents, attached.rules, context);
  const open = gateways.map((gateway) => withListenerFilters(gateway, servicesOf(ordinary, gateway.name), attached));
  for (const document of ofKind(documents, 'Gateway')) {
    const { routes } = servicesOf(ordinary, gatewayName(document));
    if (routes.length > 0) warnOfUnlimitedServices(document, clientTraffic, context);
  }
  const parts = [...ai.parts.values()];
  const catalogues = readCatalogues(documents, context);
  const known = knownNames(documents, parts);
  for (const key of ofKind(documents, 'ApiKey')) warnOfIdleModels(key, known, context);
  for (const catalogue of ofKind(documents, 'PriceCatalogue')) warnOfPricesOfNobody(catalogue, known, context);
  const routes = [...own.routes, ...parts.flatMap((part) => part.routes)];
  const providers = [...own.providers.values(), ...parts.flatMap((part) => part.providers)];
  const rules = buildRules(
    documents,
    {
      known,
      chains: chainsOf(routes, providers, known),
      models: lazily(() => [...own.models, ...uniqueModels(parts.flatMap((part) => part.models))]),
      priced: lazily(() => pricedModels({ routes, providers, pricings: own.pricings }, catalogues)),
    },
    gateways.every(({ settings }) => settings.redactionSecret !== undefined) ? 'kept' : 'hidden',
    context,
  );
  const shared = {
    providers: [...own.providers.values()].sort(byName),
    models: own.models.toSorted(byName),
    routes: own.routes.toSorted((a, b) => compare(a.id, b.id)),
    profiles: [...own.profiles.values()].sort(byName),
    keys: own.keys.toSorted(byName),
    ...rules,
    pricings: own.pricings.toSorted(byName),
    secrets: secrets.sort(byName),
  };
  const inVain = closings(documents, attached.attachments);
  const built = open.map((gateway) => {
    const aiRoutes = ai.routes.get(gateway.name) ?? [];
    const tokens = routeTokens(gateway, aiRoutes, attached);
    const whole = { ...gateway, ...shared, services: servicesOf(ordinary, gateway.name) };
    const withFilters = withChosenFilters(whole, attached);
    sayMixedClaims(withFilters, documents, context);
    const attachedTo = withAiGateway(withFilters, ai.parts.get(gateway.name));
    const withCors = withListenerCors(attachedTo, gatewayOf.get(gateway.name), aiRoutes, ai.security, context);
    const complete = withListedPrices(withCors, catalogues);
    const closed = new Map([...tokens.closed, ...closedRoutes(aiRoutes, inVain)]);
    return withClosedRoutes(withRouteTokens(complete, tokens), closed);
  });
  const attachments = [...ai.attachments, ...ordinary.attachments, ...attached.attachments];
  return { gateways: built, problems, attachments };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
