import type { GatewayModel } from '../../model/gateway.ts';

/** Whether any policy has responses judged before the router sees them. */
export function watchesResponses({ routes }: Pick<GatewayModel, 'routes'>): boolean {
  return routes.some((route) => route.watchBody || route.firstTokenTimeoutMs !== undefined);
}
