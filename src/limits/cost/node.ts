/** Types of the language. A bool is the number 0 or 1 while it is computed. */
export type CostType = 'bool' | 'int' | 'uint' | 'double' | 'string';

/** What is counted of a request. Cached and newly cached tokens are parts of the input, reasoning is one of the output. */
export type TokenCount = 'input' | 'cachedInput' | 'cacheCreation' | 'output' | 'reasoning' | 'total';

/** What else is known of it. */
export type CostName = 'model' | 'backend' | 'route';

export type Arithmetic = '+' | '-' | '*' | '/' | '%';
export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';
export type TextTest = 'startsWith' | 'endsWith' | 'contains';

/** An expression whose types are right. */
export type CostNode = { readonly type: CostType; readonly depth: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'tokens'; readonly of: TokenCount }
  | { readonly kind: 'name'; readonly of: CostName }
  | { readonly kind: 'not' | 'minus' | 'convert'; readonly operand: CostNode }
  | { readonly kind: 'arithmetic'; readonly operator: Arithmetic; readonly left: CostNode; readonly right: CostNode }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: CostNode; readonly right: CostNode }
  | { readonly kind: 'logic'; readonly operator: '&&' | '||'; readonly left: CostNode; readonly right: CostNode }
  | { readonly kind: 'choice'; readonly condition: CostNode; readonly then: CostNode; readonly otherwise: CostNode }
  | { readonly kind: 'member'; readonly value: CostNode; readonly items: readonly CostNode[] }
  | { readonly kind: 'textTest'; readonly test: TextTest; readonly text: CostNode; readonly part: CostNode }
);

/** Why an expression is not one. */
export interface CostFault {
  /** Position in the text, from 0. */
  readonly at: number;
  readonly message: string;
  readonly remedy: string;
}

/** Numbers are exact up to here; what is beyond fails like an overflow. */
export const largestWhole = Number.MAX_SAFE_INTEGER;
