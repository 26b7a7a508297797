import type { PolicyDocument } from '../../../policy/document.ts';
import type { GatewayModel } from '../../gateway.ts';
import type { Route } from '../../route.ts';
import type { Attachment } from '../attachment.ts';
import { named } from '../documents.ts';
import { memo } from '../memo.ts';
import { ofKind } from '../of-kind.ts';

/**
 * AIGatewayRoutes that policies want to guard by what nobody does for them: filters of one's own, tokens for single rules,
 * and what is wrong and never was right. Whoever wrote that does not want their requests let past it. By id, with the id
 * of the policy.
 */
export function closedAiRoutes(
  documents: readonly PolicyDocument[],
  attachments: readonly Attachment[],
): ReadonlyMap<string, string> {
  const tokens = ofKind(documents, 'SecurityPolicy').filter(({ spec }) => spec.jwt !== undefined);
  const guardsOfRules = new Set(tokens.map(({ id }) => id));
  const guards = new Set([
    ...ofKind(documents, 'EnvoyExtensionPolicy').map(({ id }) => id),
    ...ofKind(documents, 'SecurityPolicy').flatMap(({ id, isBarrier }) => (isBarrier ? [id] : [])),
  ]);
  if (guards.size === 0 && guardsOfRules.size === 0) return new Map();
  const [aiRoutes, httpRoutes] = [named(documents, 'AIGatewayRoute'), named(documents, 'HTTPRoute')];
  return new Map(
    attachments.flatMap(({ document, parent: { kind, namespace, name, sectionName }, outcome }) => {
      const isMeant = kind === 'AIGatewayRoute' || (kind === 'HTTPRoute' && !httpRoutes.get(namespace, name));
      const isGuard = guards.has(document) || (sectionName !== undefined && guardsOfRules.has(document));
      const route = isMeant && outcome === 'accepted' && isGuard ? aiRoutes.get(namespace, name) : undefined;
      return route === undefined ? [] : [[route.id, document] as const];
    }),
  );
}

/** Their models are known, and nobody serves them. */
export function withClosedRoutes(gateway: GatewayModel, closed: ReadonlyMap<string, string>): GatewayModel {
  if (closed.size === 0) return gateway;
  const routes = gateway.routes.map((route) => {
    const closedBy = route.origins.map((origin) => closed.get(origin)).find((policy) => policy !== undefined);
    if (closedBy === undefined) return route;
    return memo(route, 'closed', closedBy, (): Route => ({ ...route, targets: [], isPrivateOnly: false, closedBy }));
  });
  return { ...gateway, routes };
}
