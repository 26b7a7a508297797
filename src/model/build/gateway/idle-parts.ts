import type { GatewayDocument } from '../../../policy/document.ts';
import type { ListenerSpec } from '../../../policy/gateway-api/gateway.ts';
import { selects } from '../../../policy/gateway-api/label-selector.ts';
import type { BuildContext } from '../context.ts';
import { isServedKind, routeKinds } from '../gateway-api/route-kinds.ts';

type Saying = Pick<BuildContext, 'warn' | 'surroundings'>;

/** Parts of a Gateway that are for nothing: listeners that let no route in, rules for ports that nobody opens. */
export function warnOfIdleParts(gateway: GatewayDocument, context: Saying): void {
  for (const listener of gateway.spec.listeners) {
    warnOfIdleSelector(gateway, listener, context);
    warnOfUnservedKinds(gateway, listener, context);
  }
  warnOfIdlePorts(gateway, context);
}

/** Where nobody knows the namespaces nobody says that there is none. */
function warnOfIdleSelector(gateway: GatewayDocument, listener: ListenerSpec, context: Saying): void {
  const { selector } = listener.allowedRoutes.namespaces;
  if (selector === undefined) return;
  const namespaces = context.surroundings.namespaces();
  if (namespaces === undefined || namespaces.some((labels) => selects(selector, labels))) return;
  const path = `spec.listeners[${listener.position}].allowedRoutes.namespaces.selector`;
  const message = 'selects none of the namespaces that policy is read from, so that no route can attach';
  context.warn(gateway, path, message, 'check the labels, here and of the namespaces');
}

function warnOfUnservedKinds(gateway: GatewayDocument, listener: ListenerSpec, context: Saying): void {
  for (const [index, named] of listener.allowedRoutes.kinds.entries()) {
    if (isServedKind(named)) continue;
    const path = `spec.listeners[${listener.position}].allowedRoutes.kinds[${index}]`;
    const message = `${named.kind} of ${named.group} is no kind of route that is served`;
    context.warn(gateway, path, message, `name ${routeKinds.map(({ kind }) => kind).join(' or ')}`);
  }
}

/** The port of a listener that cannot be read may be the one that is meant. */
function warnOfIdlePorts(gateway: GatewayDocument, context: Saying): void {
  const { listeners, unservedListeners = [], tls } = gateway.spec;
  const ports = [...listeners.filter(({ tls: own }) => own !== undefined), ...unservedListeners].map(
    ({ port }) => port,
  );
  if (ports.includes(undefined)) return;
  for (const [index, { port }] of (tls.frontend?.perPort ?? []).entries()) {
    if (ports.includes(port)) continue;
    const message = `${port} is the port of no listener with TLS`;
    context.warn(gateway, `spec.tls.frontend.perPort[${index}].port`, message, 'check it, or add the listener');
  }
}
