import type { PolicyDocument } from '../../../policy/document.ts';
import type { GatewayModel } from '../../gateway.ts';
import type { Route } from '../../route.ts';
import type { AttachedAiRoute } from '../ai-gateway/attached-route.ts';
import type { Attachment } from '../attachment.ts';
import { named } from '../documents.ts';
import { memo } from '../memo.ts';
import { ofKind } from '../of-kind.ts';

/** An AIGatewayRoute, or a rule of it, that a policy closes. All by id, but the name of the rule. */
export interface Closing {
  readonly route: string;
  /** Absent: all of it. */
  readonly rule?: string;
  readonly policy: string;
}

/**
 * What policies want to guard in vain: by filters of one's own, by what is wrong and never was right, by tokens for a rule
 * that there is not. Whoever wrote that does not want requests let past it.
 */
export function closings(documents: readonly PolicyDocument[], attachments: readonly Attachment[]): readonly Closing[] {
  const tokens = ofKind(documents, 'SecurityPolicy').filter(({ spec }) => spec.jwt !== undefined);
  const guardsOfRules = new Set(tokens.map(({ id }) => id));
  const guards = new Set([
    ...ofKind(documents, 'EnvoyExtensionPolicy').map(({ id }) => id),
    ...ofKind(documents, 'SecurityPolicy').flatMap(({ id, isBarrier }) => (isBarrier ? [id] : [])),
  ]);
  if (guards.size === 0 && guardsOfRules.size === 0) return [];
  const [aiRoutes, httpRoutes] = [named(documents, 'AIGatewayRoute'), named(documents, 'HTTPRoute')];
  return attachments.flatMap(({ document: policy, parent, outcome }): Closing[] => {
    const { kind, namespace, name, sectionName: rule } = parent;
    const isMeant = kind === 'AIGatewayRoute' || (kind === 'HTTPRoute' && !httpRoutes.get(namespace, name));
    const route = isMeant ? aiRoutes.get(namespace, name)?.id : undefined;
    if (route === undefined) return [];
    if (outcome === 'accepted') {
      return guards.has(policy) ? [{ route, policy, ...(rule !== undefined && { rule }) }] : [];
    }
    // Nobody knows which part was meant.
    const isOfNoRule = outcome.reason === 'TargetNotFound';
    return isOfNoRule && (guards.has(policy) || guardsOfRules.has(policy)) ? [{ route, policy }] : [];
  });
}

/** Those of a gateway that nobody can be let onto: by id, with the id of the policy. */
export function closedRoutes(
  attached: readonly AttachedAiRoute[],
  closings: readonly Closing[],
): ReadonlyMap<string, string> {
  const closed = new Map<string, string>();
  for (const { document, built } of attached) {
    for (const { rule, policy } of closings.filter(({ route }) => route === document.id)) {
      for (const [index, routes] of built.ofRules.entries()) {
        const isMeant = rule === undefined || document.spec.rules[index]?.name === rule;
        if (isMeant) for (const { id } of routes) closed.set(id, policy);
      }
    }
  }
  return closed;
}

/** Their models are known, and nobody serves them. */
export function withClosedRoutes(gateway: GatewayModel, closed: ReadonlyMap<string, string>): GatewayModel {
  if (closed.size === 0) return gateway;
  const routes = gateway.routes.map((route) => {
    const closedBy = closed.get(route.id);
    if (closedBy === undefined) return route;
    return memo(route, 'closed', closedBy, (): Route => ({ ...route, targets: [], isPrivateOnly: false, closedBy }));
  });
  return { ...gateway, routes };
}
