import type { Limit } from '../../limit.ts';

/** `llmRequestCosts[]` of a route, or `globalLLMRequestCosts[]` of a GatewayConfig. */
export interface CostSpec {
  readonly metadataKey: string;
  readonly type: string;
  readonly cel?: string;
}

/** What a limit counts that refers to a cost, or why it cannot be counted. */
export type CountedCost = { readonly unit: Limit['unit'] } | { readonly refusal: string };

const units: ReadonlyMap<string, Limit['unit']> = new Map([
  ['TotalToken', 'tokens'],
  ['InputToken', 'inputTokens'],
  ['OutputToken', 'outputTokens'],
]);

/** Expressions that say no more than a type does. */
const plainExpressions: ReadonlyMap<string, Limit['unit']> = new Map([
  ['total_tokens', 'tokens'],
  ['input_tokens+output_tokens', 'tokens'],
  ['output_tokens+input_tokens', 'tokens'],
  ['input_tokens', 'inputTokens'],
  ['output_tokens', 'outputTokens'],
]);

export function countedCost({ type, cel }: CostSpec): CountedCost {
  const unit = type === 'CEL' ? plainExpressions.get(bare(cel ?? '')) : units.get(type);
  if (unit !== undefined) return { unit };
  if (type === 'CEL')
    return {
      refusal:
        'expressions other than total_tokens, input_tokens, output_tokens and input_tokens + output_tokens are not counted',
    };
  return { refusal: `${type} is not counted on its own` };
}

/** By metadata key; those of the route win over those of the gateway. */
export function costsByKey(gateway: readonly CostSpec[], route: readonly CostSpec[]): ReadonlyMap<string, CostSpec> {
  return new Map([...gateway, ...route].map((cost) => [cost.metadataKey, cost]));
}

/** Without blanks, needless brackets, and conversions that change nothing about a count. */
function bare(expression: string): string {
  let text = expression.replace(/\s+/g, '');
  for (;;) {
    const simpler = text.replace(/(?:\bu?int)?\((\w+)\)/g, '$1').replace(/^(?:u?int)?\(([^()]*)\)$/, '$1');
    if (simpler === text) return text;
    text = simpler;
  }
}
