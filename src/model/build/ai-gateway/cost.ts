import { compileCost, faultText } from '../../../limits/cost/expression.ts';
import type { TokenCount } from '../../../limits/cost/node.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import type { Limit } from '../../limit.ts';
import type { BuildContext } from '../context.ts';

/** `llmRequestCosts[]` of a route, or `globalLLMRequestCosts[]` of a GatewayConfig. */
export interface CostSpec {
  readonly metadataKey: string;
  readonly type: string;
  readonly cel?: string;
}

/** What a limit counts that refers to a cost. */
export type Counted = Pick<Limit, 'unit' | 'cost' | 'perRequest' | 'admitsWhileAnythingIsLeft'>;

/** That, or why it cannot be counted. */
export type CountedCost = Counted | { readonly refusal: string; readonly remedy: string };

/** Types that say the same as an expression. */
const expressions: ReadonlyMap<string, string> = new Map([
  ['TotalToken', 'total_tokens'],
  ['InputToken', 'input_tokens'],
  ['CachedInputToken', 'cached_input_tokens'],
  ['CacheCreationInputToken', 'cache_creation_input_tokens'],
  ['CachedWriteInputToken', 'cache_creation_input_tokens'],
  ['OutputToken', 'output_tokens'],
  ['ReasoningToken', 'reasoning_tokens'],
]);

/** Expressions that say no more than this are limits like everybody's, whose callers read how many tokens are left. */
const units: Partial<Readonly<Record<TokenCount, Limit['unit']>>> = {
  total: 'tokens',
  input: 'inputTokens',
  output: 'outputTokens',
};

export function countedCost({ type, cel = '' }: Omit<CostSpec, 'metadataKey'>): CountedCost {
  const text = expressions.get(type) ?? cel;
  const compiled = compileCost(text);
  if (!compiled.ok) return { refusal: faultText(text, compiled.error), remedy: compiled.error.remedy };
  const { plain } = compiled.value;
  const unit = plain && units[plain];
  // What a request costs is known when it is over; until then this vocabulary asks whether anything is left.
  const admitsWhileAnythingIsLeft = true;
  return unit === undefined
    ? { unit: 'cost', cost: text, admitsWhileAnythingIsLeft }
    : { unit, admitsWhileAnythingIsLeft };
}

/** The same and so much more for every request, whatever comes of it. */
export function withRequest(counted: Counted, perRequest: number): Counted {
  const unit = Object.entries(units).find(([, unit]) => unit === counted.unit)?.[0];
  return { ...counted, unit: 'cost', cost: counted.cost ?? `${unit}_tokens`, perRequest };
}

/** The same for every request, whatever comes of it, and charged when it is over. */
export function fixedCost(perRequest: number): Counted {
  return { unit: 'cost', perRequest, admitsWhileAnythingIsLeft: true };
}

/** By metadata key; those of the route win over those of the gateway. */
export function costsByKey(gateway: readonly CostSpec[], route: readonly CostSpec[]): ReadonlyMap<string, CountedCost> {
  const specs = new Map([...gateway, ...route].map((cost) => [cost.metadataKey, cost]));
  return new Map([...specs].map(([key, spec]) => [key, countedCost(spec)]));
}

/** Says what is wrong with costs where they are written, whether or not a limit refers to them. */
export function checkCosts(
  document: PolicyDocument,
  path: string,
  costs: readonly CostSpec[],
  context: Pick<BuildContext, 'reject'>,
): void {
  for (const [index, cost] of costs.entries()) {
    const counted = countedCost(cost);
    if (!('refusal' in counted)) continue;
    const message = `is not counted: ${counted.refusal}`;
    context.reject(document, `${path}[${index}].cel`, message, counted.remedy);
  }
}
