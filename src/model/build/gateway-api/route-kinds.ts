import { aiGatewayGroup, gatewayApiGroup } from '../../../policy/gateway-api/name.ts';

export interface RouteKind {
  readonly group: string;
  readonly kind: string;
}

/** What routes a listener can have, whoever is allowed to attach them. */
export const routeKinds: readonly RouteKind[] = [
  { group: gatewayApiGroup, kind: 'HTTPRoute' },
  { group: aiGatewayGroup, kind: 'AIGatewayRoute' },
];

export function isServedKind({ group, kind }: RouteKind): boolean {
  return routeKinds.some((each) => each.group === group && each.kind === kind);
}
