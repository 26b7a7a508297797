import { decided, type PolicyLevel, type Said } from '../../decision.ts';
import type { Cors, GatewayModel } from '../../gateway.ts';
import type { Listener } from '../../listener.ts';
import type { AttachedAiRoute } from '../ai-gateway/attached-route.ts';
import type { AttachedPolicies } from '../attached-policies.ts';
import type { BuildContext } from '../context.ts';
import type { SecurityDocument } from '../documents.ts';
import type { GatewayLike } from '../gateway-api/attach.ts';
import { corsText } from './service-cors.ts';

type Security = AttachedPolicies<SecurityDocument>;

/**
 * Origins of pages that may call models by a listener. A browser asks before it sends a body, so that nobody knows yet
 * which route it will be: that of a route is in force where all routes of the listener want the same, and else it is said.
 */
export function withListenerCors(
  gateway: GatewayModel,
  document: GatewayLike | undefined,
  routes: readonly AttachedAiRoute[],
  security: Security,
  context: BuildContext,
): GatewayModel {
  if (document === undefined || security.targets.size === 0) return gateway;
  const listeners = gateway.listeners.map((listener): Listener => {
    const onIt = routes.filter(({ listeners: names }) => names.includes(listener.name));
    const said = corsOf(listener, gateway.settings.cors, document, onIt, security, context);
    const [first] = said;
    if (first === undefined) return listener;
    const decisions = decided('cors', said.map(saidOfCors));
    return { ...listener, cors: first.cors, decisions: [...(listener.decisions ?? []), ...decisions] };
  });
  return { ...gateway, listeners };
}

function corsOf(
  { name }: Listener,
  ofGateway: Cors | undefined,
  { namespace, name: gateway }: GatewayLike,
  routes: readonly AttachedAiRoute[],
  security: Security,
  context: BuildContext,
): readonly WantedCors[] {
  const ofListener = wanted('listener', security.of({ kind: 'Gateway', namespace, name: gateway }, name), context);
  const inherited = ofListener?.cors ?? ofGateway;
  const each = routes.map(({ document }) => ({
    document,
    own: wanted('route', security.of({ kind: 'route', namespace: document.namespace, name: document.name }), context),
  }));
  const kinds = new Set(each.map(({ own }) => JSON.stringify(own?.cors ?? inherited)));
  const ofRoutes = each.flatMap(({ own }) => own ?? []);
  const others = ofListener ? [ofListener] : [];
  if (kinds.size <= 1) return [...ofRoutes, ...others];
  for (const { document, own } of each) {
    if (own === undefined) continue;
    const other = each.find((one) => one.document !== document && !isSame(one.own?.cors ?? inherited, own.cors));
    const message =
      `is not in force for AIGatewayRoute "${document.name}" on listener "${name}": AIGatewayRoute ` +
      `"${other?.document.name}" there wants other origins, and pages ask before they say which model they want`;
    const remedy =
      'give the route a listener of its own, such as one with a hostname, or attach the policy to the Gateway';
    context.reject(own.policy, 'spec.cors', message, remedy, 'UnsupportedValue');
  }
  return others;
}

function isSame(one: Cors | undefined, other: Cors | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

interface WantedCors {
  readonly level: PolicyLevel;
  readonly policy: SecurityDocument;
  readonly cors: Cors;
}

function wanted(
  level: PolicyLevel,
  policy: SecurityDocument | undefined,
  context: BuildContext,
): WantedCors | undefined {
  const cors = policy && modelCors(policy, context);
  return policy && cors && { level, policy, cors };
}

function saidOfCors({ level, policy, cors }: WantedCors): Said {
  return { origin: policy.id, level, path: 'cors', value: corsText(cors) };
}

/** What a policy means for models; undefined: it says nothing of pages. */
export function modelCors(policy: SecurityDocument, context: BuildContext): Cors | undefined {
  const { cors } = policy.spec;
  if (cors === undefined) return undefined;
  if (cors.allowCredentials === true) {
    const message = 'is not served: keys are sent in a header, never as a cookie';
    context.reject(policy, 'spec.cors.allowCredentials', message, 'remove it', 'UnsupportedValue');
  }
  return { allowOrigins: [...(cors.allowOrigins ?? [])].sort() };
}
