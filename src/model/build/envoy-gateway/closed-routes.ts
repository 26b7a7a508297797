import type { PolicyDocument } from '../../../policy/document.ts';
import type { GatewayModel } from '../../gateway.ts';
import type { Route } from '../../route.ts';
import type { Attachment } from '../attachment.ts';
import { named } from '../documents.ts';
import { memo } from '../memo.ts';
import { ofKind } from '../of-kind.ts';

/**
 * AIGatewayRoutes that policies want to guard by what nobody does for them: tokens, filters of one's own, and what is wrong
 * and never was right. Whoever wrote that does not want their requests let past it. By id.
 */
export function closedAiRoutes(
  documents: readonly PolicyDocument[],
  attachments: readonly Attachment[],
): ReadonlySet<string> {
  const guards = new Set([
    ...ofKind(documents, 'EnvoyExtensionPolicy').map(({ id }) => id),
    ...ofKind(documents, 'SecurityPolicy').flatMap(({ id, isBarrier, spec }) =>
      isBarrier || spec.jwt !== undefined ? [id] : [],
    ),
  ]);
  if (guards.size === 0) return guards;
  const [aiRoutes, httpRoutes] = [named(documents, 'AIGatewayRoute'), named(documents, 'HTTPRoute')];
  return new Set(
    attachments.flatMap(({ document, parent: { kind, namespace, name }, outcome }) => {
      const isMeant = kind === 'AIGatewayRoute' || (kind === 'HTTPRoute' && !httpRoutes.get(namespace, name));
      return isMeant && outcome === 'accepted' && guards.has(document) ? (aiRoutes.get(namespace, name)?.id ?? []) : [];
    }),
  );
}

/** Their models are known, and nobody serves them. */
export function withClosedRoutes(gateway: GatewayModel, closed: ReadonlySet<string>): GatewayModel {
  if (closed.size === 0) return gateway;
  const routes = gateway.routes.map((route) =>
    route.origins.some((origin) => closed.has(origin))
      ? memo(route, 'closed', '', (): Route => ({ ...route, targets: [], isPrivateOnly: false }))
      : route,
  );
  return { ...gateway, routes };
}
