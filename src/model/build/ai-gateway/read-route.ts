import type { AttachedPolicies } from '../attached-policies.ts';
import type { Attachment } from '../attachment.ts';
import type {
  AiRouteDocument,
  BackendTrafficDocument,
  GatewayConfigDocument,
  Named,
  SecurityDocument,
} from '../documents.ts';
import { attach, type GatewayLike, gatewayName } from '../gateway-api/attach.ts';
import type { RecallableContext, Recollection } from '../recall.ts';
import { type AttachedAiRoute, attachedRoutes } from './attached-route.ts';
import type { BuiltBackends } from './backends.ts';
import { checkCosts } from './cost.ts';
import { gatewayCosts } from './gateway-config.ts';
import type { QuotaRule } from './quota.ts';
import { resolveRefs } from './targets.ts';
import { warnOfNoBackends, warnOfTakenModels, warnOfUnserved, warnOfUnservedAnnotations } from './warnings.ts';

/** What an AIGatewayRoute looks at. */
export interface RouteScene {
  readonly gateways: readonly GatewayLike[];
  readonly backends: BuiltBackends;
  readonly traffic: AttachedPolicies<BackendTrafficDocument>;
  readonly security: AttachedPolicies<SecurityDocument>;
  readonly configs: Named<GatewayConfigDocument>;
  /** Names and aliases of models that documents of our own have, with the document. */
  readonly models: ReadonlyMap<string, string>;
}

/** All that an AIGatewayRoute comes to. */
export interface ReadAiRoute {
  readonly attachments: readonly Attachment[];
  readonly rules: readonly QuotaRule[];
  /** With the name of the gateway in the model, which has it several times if its listeners have policies of their own. */
  readonly on: readonly (readonly [gateway: string, AttachedAiRoute])[];
}

/** As long as the documents last. */
export const readRoutes: Recollection<AiRouteDocument, ReadAiRoute> = new WeakMap();

export function readRoute(document: AiRouteDocument, scene: RouteScene, context: RecallableContext): ReadAiRoute {
  const { gateways, backends, traffic, security, configs, models } = scene;
  const { to, attachments } = attach(document, document.spec, gateways, context);
  warnOfTakenModels(document, models, context);
  warnOfUnservedAnnotations(document, context);
  checkCosts(document, 'spec.llmRequestCosts', document.spec.llmRequestCosts, context);
  const refs = document.spec.rules.map((rule, index) => {
    const resolved = resolveRefs(document, index, rule.backendRefs, backends, context);
    warnOfUnserved(document, index, resolved, context);
    warnOfNoBackends(document, index, context);
    return resolved;
  });
  const on = to.flatMap((place) => {
    const gateway = gateways.find((one) => gatewayName(one) === place.gateway);
    const said = { traffic, security, costs: gatewayCosts(gateway, configs) };
    return attachedRoutes(document, place, gateway, refs, said).map((route) => [place.gateway, route] as const);
  });
  const rules = document.spec.rules.map((rule, index) => ({ rule, refs: refs[index] ?? [] }));
  return { attachments, rules, on };
}

/** Everything of a scene, piece by piece: equal, piece by piece, for whoever looks at the same. */
export function piecesOf({ gateways, backends, traffic, security, configs, models }: RouteScene): readonly unknown[] {
  return [
    ...gateways,
    ...configs.all,
    ...traffic.targets,
    ...security.targets,
    ...models,
    ...backends.documents.all,
    ...backends.providers,
  ].flat();
}
