import { err, ok, type Result } from '../../lib/result.ts';
import { type BoundFacts, bound, type CostBound } from './bound.ts';
import { type CostFacts, evaluate } from './evaluate.ts';
import { type CostFault, type CostNode, largestWhole, type TokenCount } from './node.ts';
import { parseCost } from './parse.ts';
import { whole } from './typing.ts';

/** What a request costs, in words of the policy: docs/design/cost-expressions.md has the language. */
export interface CostExpression {
  readonly text: string;
  /** Absent: it says more than the name of one count. */
  readonly plain?: TokenCount;
  /** Undefined: it fails, or is negative. Nobody can say then what the request costs. */
  of(facts: CostFacts): number | undefined;
  /** What a request can cost that uses so many tokens or fewer. */
  bound(facts: BoundFacts): CostBound;
}

const nothing: CostFacts = {
  ...{ model: 'any', backend: 'any', route: 'any' },
  ...{ input: 0, cachedInput: 0, cacheCreation: 0, output: 0, reasoning: 0 },
};

export function compileCost(text: string): Result<CostExpression, CostFault> {
  const parsed = parseCost(text);
  if (!parsed.ok) return parsed;
  const node = whole(parsed.value);
  if (node.type === 'bool' || node.type === 'string') {
    return err({ at: 0, message: `it comes to a ${node.type}, not to a number`, remedy: remedies[node.type] });
  }
  const of = (facts: CostFacts): number | undefined => countOf(evaluate(node, facts));
  if (of(nothing) === undefined) {
    const message = 'it fails, or is negative, where nothing is used';
    return err({ at: 0, message, remedy: 'put such cases behind a condition' });
  }
  const plain = plainCount(node);
  return ok({ text, ...(plain && { plain }), of, bound: (facts) => bound(node, facts) });
}

/** `in line 2 at character 5: …`, counted from 1. */
export function faultText(text: string, { at, message }: CostFault): string {
  const lines = text.slice(0, at).split('\n');
  const character = `at character ${(lines.at(-1)?.length ?? 0) + 1}`;
  return `${text.includes('\n') ? `in line ${lines.length} ${character}` : character}: ${message}`;
}

const remedies = {
  bool: 'write condition ? one : other',
  string: 'write a number of tokens',
} as const;

function countOf(value: number): number | undefined {
  // Zero has no sign here.
  return value >= 0 && value <= largestWhole ? value + 0 : undefined;
}

function plainCount(node: CostNode): TokenCount | undefined {
  switch (node.kind) {
    case 'tokens':
      return node.of;
    case 'convert':
      return plainCount(node.operand);
    case 'arithmetic': {
      const parts = [plainCount(node.left), plainCount(node.right)];
      return node.operator === '+' && parts.includes('input') && parts.includes('output') ? 'total' : undefined;
    }
    default:
      return undefined;
  }
}
