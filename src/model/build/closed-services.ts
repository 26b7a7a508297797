import type { DocumentOf } from '../../policy/document.ts';
import type { ServiceRoute, Services } from '../service.ts';
import type { AttachedPolicies } from './attached-policies.ts';
import type { BuildContext } from './context.ts';
import type { GatewayLike } from './gateway-api/attach.ts';

type HttpRouteDocument = DocumentOf<'HTTPRoute'>;
type SecurityDocument = DocumentOf<'SecurityPolicy'>;

/**
 * Nobody checks the keys of those who call ordinary services. One that a SecurityPolicy wants guarded is closed instead of
 * open to everybody, and the policy says so.
 */
export function closeUnguarded(
  services: Services,
  gateway: GatewayLike | undefined,
  httpRoutes: ReadonlyMap<string, HttpRouteDocument>,
  security: AttachedPolicies<SecurityDocument>,
  context: BuildContext,
): Services {
  if (gateway === undefined) return services;
  const said = new Set<string>();
  const routes = services.routes.map((route): ServiceRoute => {
    const document = httpRoutes.get(route.origins[0] ?? '');
    const guard = document && guardOf(document, route.listeners, gateway, security);
    if (document === undefined || guard === undefined) return route;
    const key = `${guard.id} ${document.id}`;
    if (!said.has(key)) {
      said.add(key);
      const message = `HTTPRoute "${document.name}" is closed: keys and tokens are not checked for ordinary services yet`;
      context.reject(
        guard,
        'spec',
        message,
        'attach the policy to the AIGatewayRoutes that it is for',
        'UnsupportedValue',
      );
    }
    return { ...route, action: { kind: 'fail', status: 500 }, origins: [...route.origins, guard.id] };
  });
  return said.size === 0 ? services : { ...services, routes };
}

/** A policy for any of its rules counts for all of them. */
function guardOf(
  document: HttpRouteDocument,
  listeners: readonly string[],
  gateway: GatewayLike,
  security: AttachedPolicies<SecurityDocument>,
): SecurityDocument | undefined {
  const place = {
    gateway: { kind: 'Gateway', namespace: gateway.namespace, name: gateway.name },
    listeners,
    route: { kind: 'route', namespace: document.namespace, name: document.name },
  } as const;
  const named = document.spec.rules.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const policies = [place, ...named.map((rule) => ({ ...place, rule }))].flatMap((at) => security.at(at));
  return policies.find(({ spec: { spec } }) => spec.apiKeyAuth !== undefined || spec.jwt !== undefined)?.spec;
}
