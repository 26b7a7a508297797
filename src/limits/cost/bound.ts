import { type CostFacts, evaluate } from './evaluate.ts';
import {
  between,
  constant,
  type Form,
  product,
  quotient,
  type Reach,
  rangeOf,
  remainder,
  scaled,
  sum,
  truncated,
} from './form.ts';
import { type Arithmetic, type Comparison, type CostNode, largestWhole, type TokenCount } from './node.ts';

/** Whom a request is for, and how much it may use. */
export interface BoundFacts extends Reach, Pick<CostFacts, 'model' | 'backend' | 'route'> {}

const counts: { readonly [C in TokenCount]: Form } = {
  input: { weights: [1, 1, 1, 0, 0], low: 0, high: 0 },
  cachedInput: { weights: [0, 1, 0, 0, 0], low: 0, high: 0 },
  cacheCreation: { weights: [0, 0, 1, 0, 0], low: 0, high: 0 },
  output: { weights: [0, 0, 0, 1, 1], low: 0, high: 0 },
  reasoning: { weights: [0, 0, 0, 0, 1], low: 0, high: 0 },
  total: { weights: [1, 1, 1, 1, 1], low: 0, high: 0 },
};

/** What a request can come to. */
export interface CostBound {
  /** It does not come to more, however many of the tokens are used, cached or reasoned. */
  readonly most: number;
  /** Where `most` may be far from the truth: what it comes to if all are used, plain. Else the same. */
  readonly likely: number;
}

/**
 * The bound of an expression: exact where it is a weighted sum, at least as large as the truth elsewhere. There is none
 * for one that fails whatever is used.
 */
export function bound(node: CostNode, facts: BoundFacts): CostBound {
  const form = formOf(node, facts);
  const most = form === undefined ? largestWhole : wholeOf(rangeOf(form, facts).high);
  if (form?.isLoose !== true) return { most, likely: most };
  const likely = evaluate(node, plain(facts));
  return { most, likely: likely >= 0 && likely < most ? likely : most };
}

function wholeOf(high: number): number {
  // Weights are rounded: what should be 60 must become neither 59 nor 61.
  const whole = Math.floor(high + 1e-6 + high * 1e-12);
  return whole >= 0 && whole <= largestWhole ? whole : largestWhole;
}

function plain(facts: BoundFacts): CostFacts {
  return { ...facts, cachedInput: 0, cacheCreation: 0, reasoning: 0 };
}

/** Undefined: it fails whatever is used. Where it fails for some of what may be used, those are left out. */
function formOf(node: CostNode, facts: BoundFacts): Form | undefined {
  switch (node.kind) {
    case 'number':
      return constant(node.value);
    case 'tokens':
      return counts[node.of];
    case 'minus': {
      const operand = formOf(node.operand, facts);
      return operand && scaled(operand, -1);
    }
    case 'convert': {
      const operand = formOf(node.operand, facts);
      return operand && node.operand.type === 'double' ? truncated(operand, facts) : operand;
    }
    case 'arithmetic': {
      const left = formOf(node.left, facts);
      const right = formOf(node.right, facts);
      return left && right && calculated(node.operator, left, right, node.type !== 'double', facts);
    }
    case 'choice':
      return chosen(node, facts);
    default:
      return undefined;
  }
}

function chosen(
  { condition, then, otherwise }: Extract<CostNode, { readonly kind: 'choice' }>,
  facts: BoundFacts,
): Form | undefined {
  const value = truthOf(condition, facts);
  const one = value === 'never' ? undefined : formOf(then, facts);
  const other = value === 'always' ? undefined : formOf(otherwise, facts);
  if (one === undefined || other === undefined) return one ?? other;
  const a = rangeOf(one, facts);
  const b = rangeOf(other, facts);
  return between(Math.min(a.low, b.low), Math.max(a.high, b.high));
}

function calculated(operator: Arithmetic, left: Form, right: Form, isWhole: boolean, reach: Reach): Form | undefined {
  switch (operator) {
    case '+':
      return sum(left, right);
    case '-':
      return sum(left, scaled(right, -1));
    case '*':
      return product(left, right, reach);
    case '/':
      return quotient(left, right, isWhole, reach);
    case '%':
      return remainder(left, right, reach);
  }
}

type Truth = 'always' | 'never' | 'perhaps';

function truthOf(node: CostNode, facts: BoundFacts): Truth {
  switch (node.kind) {
    case 'not':
      return opposite(truthOf(node.operand, facts));
    case 'logic':
      return node.operator === '&&'
        ? both(truthOf(node.left, facts), truthOf(node.right, facts))
        : opposite(both(opposite(truthOf(node.left, facts)), opposite(truthOf(node.right, facts))));
    case 'compare':
      return isText(node.left) ? known(node, facts) : compared(node.operator, node.left, node.right, facts);
    case 'member':
      return isText(node.value) ? known(node, facts) : isMember(node.value, node.items, facts);
    case 'number':
    case 'textTest':
      return known(node, facts);
    default:
      return 'perhaps';
  }
}

/** Texts are known before a request leaves. */
function known(node: CostNode, facts: BoundFacts): Truth {
  return evaluate(node, plain(facts)) === 1 ? 'always' : 'never';
}

function isText({ type }: CostNode): boolean {
  return type === 'string';
}

function isMember(value: CostNode, items: readonly CostNode[], facts: BoundFacts): Truth {
  const truths = items.map((item) => compared('==', value, item, facts));
  if (truths.includes('always')) return 'always';
  return truths.includes('perhaps') ? 'perhaps' : 'never';
}

function compared(operator: Comparison, left: CostNode, right: CostNode, facts: BoundFacts): Truth {
  const a = formOf(left, facts);
  const b = formOf(right, facts);
  // Of conditions, which == compares as well, nothing is known in numbers.
  if (a === undefined || b === undefined) return 'perhaps';
  const { low, high } = rangeOf(sum(a, scaled(b, -1)), facts);
  const isWhole = left.type !== 'double';
  // Whole numbers that differ do so by one; of others the last digits are not relied upon.
  const apart = isWhole ? 0.5 : 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
  const isLess = high < -apart;
  const isMore = low > apart;
  const isNotLess = low > (isWhole ? -apart : apart);
  const isNotMore = high < (isWhole ? apart : -apart);
  switch (operator) {
    case '<':
      return truth(isLess, isNotLess);
    case '<=':
      return truth(isNotMore, isMore);
    case '>':
      return truth(isMore, isNotMore);
    case '>=':
      return truth(isNotLess, isLess);
    case '==':
      return truth(isNotLess && isNotMore, isLess || isMore);
    case '!=':
      return truth(isLess || isMore, isNotLess && isNotMore);
  }
}

function truth(isAlways: boolean, isNever: boolean): Truth {
  return isAlways ? 'always' : isNever ? 'never' : 'perhaps';
}

function opposite(value: Truth): Truth {
  return value === 'perhaps' ? value : value === 'always' ? 'never' : 'always';
}

function both(a: Truth, b: Truth): Truth {
  if (a === 'never' || b === 'never') return 'never';
  return a === 'always' && b === 'always' ? 'always' : 'perhaps';
}
