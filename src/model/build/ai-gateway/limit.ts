import { sortedByName } from '../../../lib/sort.ts';
import type { ClientSelector } from '../../../policy/envoy-gateway/client-selector.ts';
import type { RateLimitRule } from '../../../policy/envoy-gateway/rate-limit.ts';
import type { Limit } from '../../limit.ts';
import type { NamedValues } from '../../scope.ts';
import { type Counted, type CountedCost, withRequest } from './cost.ts';
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
  if (rule.shadowMode) return { path: 'shadowMode', refusal: 'limits that refuse nothing are not served' };
  const window = windows[rule.limit.unit];
  const counted = countedBy(rule, place.costs);
  if (counted === 'nothing') {
    return { path: 'cost.request.number', refusal: 'a limit on what costs nothing holds nobody back' };
  }
  const callers = callersOf(rule.clientSelectors);
  if (callers === 'nobody') return forNobody;
  const scope = { ...everybody, models: callers.models, headers: callers.headers, routes: [place.route] };
  const whom = { name: place.name, scope };
  const how = { ...limitDefaults, origins: place.origins };
  const refused = { ...whom, ...unkept, ...how };
  if (callers.refusal !== undefined) return { ...callers.refusal, unkept: refused };
  if ('refusal' in counted) return { ...counted, unkept: refused };
  const per = [...(rule.shared ? [] : ['route']), ...callers.per];
  return { limit: { ...whom, per, ...counted, window, ...how } };
}

/** In place of what is counted. */
export const unkept = { per: [], unit: 'unkept', amount: 0, admitsWhileAnythingIsLeft: false } as const;

export const forNobody: Refusal = { path: 'clientSelectors', refusal: 'no request is for two models' };

export const everybody = { keys: [], users: [], teams: [], projects: [], providers: [], apis: [], labels: [] };

/** What this vocabulary means by a limit is a window that begins anew. */
export const limitDefaults = {
  algorithm: 'fixed',
  onStoreFailure: 'local',
  maxDistinct: 10_000,
  defaultOutputReserve: 1_000,
} as const;

/** Token limits are written with 0 for the request; where that is forgotten, it counts 1 beside its tokens. */
function countedBy(
  { limit, cost }: RateLimitRule,
  costs: ReadonlyMap<string, CountedCost>,
): (Counted & Pick<Limit, 'amount'>) | Refusal | 'nothing' {
  const perRequest = cost?.request;
  if (perRequest?.from === 'Metadata')
    return { path: 'cost.request', refusal: 'what a request costs is a number here' };
  const weight = perRequest?.number ?? 1;
  const response = cost?.response;
  if (response === undefined) {
    if (weight === 0) return 'nothing';
    return { unit: 'requests', amount: Math.floor(limit.requests / weight), admitsWhileAnythingIsLeft: false };
  }
  const { metadata } = response;
  if (metadata === undefined) return { path: 'cost.response', refusal: 'a response costs the tokens that it used' };
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
  return { ...(weight === 0 ? counted : withRequest(counted, weight)), amount: limit.requests };
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
