import { getOrCreate } from '../../../lib/get-or-create.ts';
import { contentVersion } from '../../../lib/hash.ts';
import type { AiRule } from '../../../policy/ai-gateway/ai-gateway-route.ts';
import type { Limit } from '../../limit.ts';
import type { BuildContext } from '../context.ts';
import type { AiRouteDocument, BackendTrafficDocument } from '../documents.ts';
import type { CountedCost } from './cost.ts';
import { buildGlobalLimit, everybody, limitDefaults, type RefusedLimit, unkept } from './limit.ts';
import { sayRefused } from './refused-limit.ts';

/** A policy with limits, and a route for which it is the one that counts. */
export interface LimitedRoute {
  readonly policy: BackendTrafficDocument;
  readonly route: AiRouteDocument;
  /** What scopes call it: all of the route, but rules with limits of their own; or such a rule. */
  readonly name: string;
  readonly rules: readonly AiRule[];
  readonly costs: ReadonlyMap<string, CountedCost>;
}

/**
 * The limits of one gateway's routes. A policy that is for the Gateway gives one limit for all routes that have no other,
 * with a counter for each, unless it is shared; routes whose costs differ under the same key have limits of their own.
 */
export function buildRouteLimits(limited: readonly LimitedRoute[], context: Saying): readonly Limit[] {
  const rules = new Map<string, RuleLimits>();
  for (const { policy, name: routeName, costs } of limited) {
    const { rateLimit } = policy.spec;
    const ruleLimits = (id: string, path: string): RuleLimits =>
      getOrCreate(rules, id, () => ({ policy, path, byKind: new Map(), uncosted: [] }));
    if (policy.isBarrier) add(ruleLimits(policy.id, 'spec'), unkeptLimit(policy, routeName), routeName);
    if (rateLimit?.type === 'Local') {
      const refusal = 'counters of single gateways are not kept';
      sayRefused(policy, 'spec.rateLimit.type', { path: '', refusal }, context);
      continue;
    }
    for (const [index, rule] of (rateLimit?.global?.rules ?? []).entries()) {
      const name = `${policy.id}/${index}`;
      const limits = ruleLimits(name, `spec.rateLimit.global.rules[${index}]`);
      const built = buildGlobalLimit(rule, { name, route: routeName, costs, origins: [policy.id] });
      if ('limit' in built) {
        if (rule.shared) warnOfKinds(limits, built.limit, context);
        add(limits, built.limit, routeName);
      } else if (built.isUncosted) limits.uncosted.push([routeName, built]);
      else refuse(limits, built, routeName, context);
    }
  }
  for (const limits of rules.values()) judgeUncosted(limits, context);
  return withNames([...rules.values()].flatMap(({ byKind }) => [...byKind.values()].map(limitOf)));
}

type Saying = Pick<BuildContext, 'reject' | 'warn'>;

/** What came of one rule, kind by kind. */
interface RuleLimits {
  readonly policy: BackendTrafficDocument;
  readonly path: string;
  readonly byKind: Map<string, { readonly limit: Limit; readonly routes: string[] }>;
  /** Routes that do not know the cost. */
  readonly uncosted: (readonly [route: string, RefusedLimit])[];
}

/** Of all requests: nobody could read whom it is for. */
function unkeptLimit({ id }: BackendTrafficDocument, route: string): Limit {
  const scope = { ...everybody, models: [], headers: [], routes: [route] };
  return { name: id, scope, ...unkept, ...limitDefaults, origins: [id] };
}

function add({ byKind }: RuleLimits, limit: Limit, route: string): void {
  getOrCreate(byKind, kindOf(limit), () => ({ limit, routes: [] })).routes.push(route);
}

function refuse(limits: RuleLimits, refused: RefusedLimit, route: string, context: Saying): void {
  sayRefused(limits.policy, `${limits.path}.${refused.path}`, refused, context);
  if (refused.unkept !== undefined) add(limits, refused.unkept, route);
}

/** A cost that some routes know costs nothing at the others. One that nobody knows was meant to be another. */
function judgeUncosted(limits: RuleLimits, context: Saying): void {
  const { policy, path, byKind, uncosted } = limits;
  const [first, ...more] = uncosted;
  if (first === undefined) return;
  if (byKind.size === 0) {
    for (const [route, refused] of uncosted) refuse(limits, refused, route, context);
    return;
  }
  const [route, refused] = first;
  const routes = more.length === 0 ? `the route ${route}` : `the route ${route} and ${more.length} more`;
  const message = `counts nothing of ${routes}: ${refused.refusal} there`;
  context.warn(policy, `${path}.${refused.path}`, message, 'add it there, if it should');
}

function warnOfKinds({ policy, path, byKind }: RuleLimits, limit: Limit, context: Saying): void {
  const others = [...byKind.values()].filter((each) => each.limit.unit !== 'unkept');
  if (others.length === 0 || byKind.has(kindOf(limit))) return;
  const message = 'is for routes that count differently, so each kind has a counter of its own';
  context.warn(policy, `${path}.shared`, message, 'give them the same cost');
}

function limitOf({ limit, routes }: { readonly limit: Limit; readonly routes: readonly string[] }): Limit {
  return {
    ...limit,
    scope: { ...limit.scope, routes: [...routes].sort() },
    // One counter serves a single route as well.
    per: routes.length === 1 ? limit.per.filter((part) => part !== 'route') : limit.per,
  };
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
