import { sortedByName } from '../../../lib/sort.ts';
import type { ClientSelector } from '../../../policy/envoy-gateway/client-selector.ts';
import type { RateLimitRule } from '../../../policy/envoy-gateway/rate-limit.ts';
import type { Limit } from '../../limit.ts';
import type { NamedValues } from '../../scope.ts';
import { type Counted, type CountedCost, fixedCost, withRequest } from './cost.ts';
import { modelHeader } from './match.ts';
import { windows } from './windows.ts';

/** Where the limit is attached, and by what names costs are known there. */
export interface LimitPlace {
  readonly name: string;
  /** Name of the route. */
  readonly route: string;
  readonly costs: ReadonlyMap<string, CountedCost>;
  readonly origins: readonly string[];
}

/** Or what of the rule is in the way, by the path within it. */
export type BuiltLimit = { readonly limit: Limit } | RefusedLimit;

export interface Refusal {
  readonly path: string;
  readonly refusal: string;
  /** Nothing says what requests cost here. Others may know it. */
  readonly isUncosted?: true;
}

/** Whoever wrote a limit does not want what it is for to run without one. */
export interface RefusedLimit extends Refusal {
  /** What stands in its place; absent: as it is written it holds nobody back. */
  readonly unkept?: Limit;
}

const costNamespace = 'io.envoy.ai_gateway';

export function buildGlobalLimit(rule: RateLimitRule, place: LimitPlace): BuiltLimit {
  const window = windows[rule.limit.unit];
  const counted = countedBy(rule, place.costs);
  if (counted === 'nothing') {
    return { path: 'cost.request.number', refusal: 'a limit on what costs nothing holds nobody back' };
  }
  const callers = callersOf(rule.clientSelectors);
  if (callers === 'nobody') return forNobody;
  const scope = { ...everybody, models: callers.models, headers: callers.headers, routes: [place.route] };
  const whom = { name: place.name, scope };
  const how = { ...limitDefaults, enforce: enforcementOf(rule), origins: place.origins };
  // What refuses nobody leaves its requests alone where it cannot be kept, too.
  const closing = rule.shadowMode ? {} : { unkept: { ...whom, ...unkept, ...how } };
  if (callers.refusal !== undefined) return { ...callers.refusal, ...closing };
  if ('refusal' in counted) return { ...counted, ...closing };
  const per = [...(rule.shared ? [] : ['route']), ...callers.per];
  return { limit: { ...whom, per, ...counted, window, ...how } };
}

/** Rules and buckets that only show what they would do. */
export function enforcementOf({ shadowMode }: { readonly shadowMode: boolean }): Limit['enforce'] {
  return shadowMode ? 'warn' : 'block';
}

/** In place of what is counted. */
export const unkept = { per: [], unit: 'unkept', amount: 0, admitsWhileAnythingIsLeft: false } as const;

export const forNobody: Refusal = { path: 'clientSelectors', refusal: 'no request is for two models' };

export const everybody = { keys: [], users: [], teams: [], projects: [], providers: [], apis: [], labels: [] };

/** What this vocabulary means by a limit is a window that begins anew. */
export const limitDefaults = {
  algorithm: 'fixed',
  enforce: 'block',
  onStoreFailure: 'local',
  maxDistinct: 10_000,
  defaultOutputReserve: 1_000,
} as const;

/** Limits on answers are written with 0 for the request; where that is forgotten, it counts 1 beside them. */
function countedBy(
  { limit, cost }: RateLimitRule,
  costs: ReadonlyMap<string, CountedCost>,
): (Counted & Pick<Limit, 'amount'>) | Refusal | 'nothing' {
  const perRequest = cost?.request;
  if (perRequest?.from === 'Metadata')
    return { path: 'cost.request', refusal: 'what a request costs is a number here' };
  const weight = perRequest?.number ?? 1;
  const response = cost?.response;
  const perResponse = response?.from === 'Number' ? (response.number ?? 1) : 0;
  // The request has to fit beside what was used; what its answer costs has not.
  const amount = Math.max(0, limit.requests - Math.max(0, weight - 1));
  if (perResponse > 0) return { ...fixedCost(weight + perResponse), amount };
  const metadata = response?.metadata;
  if (metadata === undefined) {
    if (weight === 0) return 'nothing';
    return { unit: 'requests', amount: Math.floor(limit.requests / weight), admitsWhileAnythingIsLeft: false };
  }
  if (metadata.namespace !== costNamespace) {
    return { path: 'cost.response.metadata.namespace', refusal: `only costs of ${costNamespace} are counted` };
  }
  const counted = costs.get(metadata.key);
  if (counted === undefined) {
    const refusal = `no llmRequestCosts has the key ${metadata.key}`;
    return { path: 'cost.response.metadata.key', refusal, isUncosted: true };
  }
  if ('refusal' in counted) {
    const refusal = `the cost ${metadata.key} is not counted: ${counted.refusal}`;
    return { path: 'cost.response.metadata.key', refusal };
  }
  return { ...(weight === 0 ? counted : withRequest(counted, weight)), amount };
}

interface Callers {
  readonly models: readonly string[];
  readonly headers: readonly NamedValues[];
  readonly per: readonly string[];
  /** They are some of these. */
  readonly refusal?: Refusal;
}

/** All selectors must match. A caller without a header that is told apart by its values is not counted. */
export function callersOf(selectors: readonly ClientSelector[]): Callers | 'nobody' {
  let refusal: Refusal | undefined;
  const models: string[] = [];
  const headers: NamedValues[] = [];
  const per: string[] = [];
  for (const [index, selector] of selectors.entries()) {
    for (const [position, { type, name, value = '' }] of selector.headers.entries()) {
      const isModel = name === modelHeader;
      if (type === 'Distinct') {
        per.push(isModel ? 'model' : `header:${name}`);
        if (!isModel) headers.push({ name, values: ['*'] });
        continue;
      }
      if (value.includes('*')) {
        const path = `clientSelectors[${index}].headers[${position}].value`;
        refusal ??= { path, refusal: 'an asterisk stands for any text here' };
      }
      if (isModel) models.push(value);
      else headers.push({ name, values: [value] });
    }
  }
  if (new Set(models).size > 1) return 'nobody';
  return {
    models: models.slice(0, 1),
    headers: sortedByName(headers),
    per: [...new Set(per)].sort(),
    ...(refusal && { refusal }),
  };
}
