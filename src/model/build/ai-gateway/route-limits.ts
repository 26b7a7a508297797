import { getOrCreate } from '../../../lib/get-or-create.ts';
import { contentVersion } from '../../../lib/hash.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { Limit } from '../../limit.ts';
import type { BuildContext } from '../context.ts';
import type { AiRouteDocument, BackendTrafficDocument } from '../documents.ts';
import type { CountedCost } from './cost.ts';
import { buildGlobalLimit } from './limit.ts';

/** A policy with limits, and a route for which it is the one that counts. */
export interface LimitedRoute {
  readonly policy: BackendTrafficDocument;
  readonly route: AiRouteDocument;
  readonly costs: ReadonlyMap<string, CountedCost>;
}

/**
 * The limits of one gateway's routes. A policy that is for the Gateway gives one limit for all routes that have no other,
 * with a counter for each, unless it is shared; routes whose costs differ under the same key have limits of their own.
 */
export function buildRouteLimits(limited: readonly LimitedRoute[], context: BuildContext): readonly Limit[] {
  const limits = new Map<string, { readonly limit: Limit; readonly routes: string[] }>();
  const said = new Set<string>();
  const sharedKinds = new Map<string, string>();
  for (const { policy, route, costs } of limited) {
    const { rateLimit } = policy.spec;
    if (rateLimit?.type === 'Local') {
      refuse(policy, 'spec.rateLimit.type', 'counters of single gateways are not kept');
      continue;
    }
    for (const [index, rule] of (rateLimit?.global?.rules ?? []).entries()) {
      const name = `${policy.id}/${index}`;
      const routeName = qualifiedName(route.namespace, route.name);
      const built = buildGlobalLimit(rule, { name, route: routeName, costs, origins: [policy.id] });
      if ('refusal' in built) {
        refuse(policy, `spec.rateLimit.global.rules[${index}].${built.path}`, built.refusal);
        continue;
      }
      const kind = kindOf(built.limit);
      const key = `${name}/${kind}`;
      if (rule.shared && getOrCreate(sharedKinds, name, () => kind) !== kind) {
        const message = 'is for routes that count differently, so each kind has a counter of its own';
        context.warn(policy, `spec.rateLimit.global.rules[${index}].shared`, message, 'give them the same cost');
      }
      getOrCreate(limits, key, () => ({ limit: built.limit, routes: [] })).routes.push(routeName);
    }
  }
  const all = [...limits.values()].map(({ limit, routes }) => ({
    ...limit,
    scope: { ...limit.scope, routes: routes.sort() },
    // One counter serves a single route as well.
    per: routes.length === 1 ? limit.per.filter((part) => part !== 'route') : limit.per,
  }));
  return withNames(all);

  function refuse(policy: BackendTrafficDocument, path: string, refusal: string): void {
    // Once, however many routes it is for.
    const key = `${policy.id} ${path} ${refusal}`;
    if (said.has(key)) return;
    said.add(key);
    context.reject(policy, path, `is not served: ${refusal}`, 'remove it, or write a Limit', 'UnsupportedValue');
  }
}

/** Those that differ in what they count say it in their name. */
function withNames(limits: readonly Limit[]): readonly Limit[] {
  return limits.map((limit) => {
    const isAlone = limits.filter(({ name }) => name === limit.name).length === 1;
    return isAlone ? limit : { ...limit, name: `${limit.name}/${kindOf(limit)}` };
  });
}

function kindOf({ unit, cost }: Limit): string {
  return cost === undefined ? unit : `${unit}-${contentVersion(cost).slice(0, 8)}`;
}
