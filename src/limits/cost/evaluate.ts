import { type Arithmetic, type Comparison, type CostNode, type CostType, largestWhole, type TextTest } from './node.ts';

/** What one request has used, and who it was. */
export interface CostFacts {
  readonly model: string;
  readonly backend: string;
  readonly route: string;
  /** All of them; cached and newly cached ones are parts. */
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheCreation: number;
  /** All of them; reasoning is a part. */
  readonly output: number;
  readonly reasoning: number;
}

/**
 * What the expression comes to. NaN: it fails, as it does in CEL by an overflow, a division by zero, or where an uint
 * would be negative. Deviations: whole numbers overflow beyond 2^53, and a double that is no number fails at once.
 */
export function evaluate(node: CostNode, facts: CostFacts): number {
  switch (node.kind) {
    case 'number':
      return node.value;
    case 'tokens':
      return node.of === 'total' ? facts.input + facts.output : facts[node.of];
    case 'not':
      return 1 - evaluate(node.operand, facts);
    case 'minus':
      return -evaluate(node.operand, facts);
    case 'convert':
      return converted(evaluate(node.operand, facts), node.type);
    case 'arithmetic':
      return calculated(node.operator, evaluate(node.left, facts), evaluate(node.right, facts), node.type);
    case 'compare':
      return compared(node.operator, node.left, node.right, facts);
    case 'logic':
      return decided(node.operator === '&&' ? 0 : 1, evaluate(node.left, facts), evaluate(node.right, facts));
    case 'choice': {
      const condition = evaluate(node.condition, facts);
      if (Number.isNaN(condition)) return condition;
      return evaluate(condition === 1 ? node.then : node.otherwise, facts);
    }
    case 'member':
      return isMember(node.value, node.items, facts);
    case 'textTest':
      return isSo(node.test, textOf(node.text, facts), textOf(node.part, facts)) ? 1 : 0;
    default:
      return Number.NaN;
  }
}

function isSo(test: TextTest, text: string, part: string): boolean {
  switch (test) {
    case 'startsWith':
      return text.startsWith(part);
    case 'endsWith':
      return text.endsWith(part);
    case 'contains':
      return text.includes(part);
  }
}

/** Of an expression of type string. */
function textOf(node: CostNode, facts: CostFacts): string {
  switch (node.kind) {
    case 'text':
      return node.value;
    case 'name':
      return facts[node.of];
    default:
      return '';
  }
}

function converted(value: number, to: CostType): number {
  if (to === 'double') return value;
  return to === 'uint' && value < 0 ? Number.NaN : fitting(Math.trunc(value), to);
}

function calculated(operator: Arithmetic, left: number, right: number, type: CostType): number {
  if (type === 'double') return operator === '/' ? left / right : plain(operator, left, right);
  if (right === 0 && (operator === '/' || operator === '%')) return Number.NaN;
  return fitting(operator === '/' ? Math.trunc(left / right) : plain(operator, left, right), type);
}

function plain(operator: Arithmetic, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
  }
}

function fitting(value: number, type: CostType): number {
  return Math.abs(value) <= largestWhole && !(type === 'uint' && value < 0) ? value : Number.NaN;
}

function compared(operator: Comparison, left: CostNode, right: CostNode, facts: CostFacts): number {
  if (left.type === 'string') {
    return (textOf(left, facts) === textOf(right, facts)) === (operator === '==') ? 1 : 0;
  }
  const difference = evaluate(left, facts) - evaluate(right, facts);
  return Number.isNaN(difference) ? Number.NaN : holds(operator, difference) ? 1 : 0;
}

/** Of the difference between two numbers. */
function holds(operator: Comparison, difference: number): boolean {
  switch (operator) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    case '==':
      return difference === 0;
    case '!=':
      return difference !== 0;
  }
}

/** One side can be enough, whatever becomes of the other one. */
function decided(enough: 0 | 1, left: number, right: number): number {
  if (left === enough || right === enough) return enough;
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : 1 - enough;
}

function isMember(value: CostNode, items: readonly CostNode[], facts: CostFacts): number {
  let found: number = 0;
  for (const item of items) found = decided(1, found, compared('==', value, item, facts));
  return found;
}
