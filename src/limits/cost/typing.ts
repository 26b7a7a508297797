import { err, ok, type Result } from '../../lib/result.ts';
import type { Arithmetic, Comparison, CostFault, CostNode, CostType } from './node.ts';

type Typed = Result<CostNode, CostFault>;

const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%']);
const numbers: ReadonlySet<CostType> = new Set(['int', 'uint', 'double']);

/**
 * `left operator right`, if CEL has it for these types, or has it for doubles where one side is a double and the other a
 * whole number: what CEL refuses there, Envoy AI Gateway's documentation writes.
 */
export function binary(operator: string, written: CostNode, other: CostNode, at: number): Typed {
  const [left, right] = alike(written, other);
  const depth = depthOf(left, right);
  const fault = err({ at, ...mismatch(operator, written.type, other.type) });
  if (operator === '&&' || operator === '||') {
    const isLogic = left.type === 'bool' && right.type === 'bool';
    return isLogic ? ok({ kind: 'logic', operator, left, right, type: 'bool', depth }) : fault;
  }
  if (left.type !== right.type) return fault;
  const { type } = left;
  if (arithmetic.has(operator)) {
    const isDefined = numbers.has(type) && !(operator === '%' && type === 'double');
    return isDefined ? ok({ kind: 'arithmetic', operator: operator as Arithmetic, left, right, type, depth }) : fault;
  }
  const isOrdered = numbers.has(type) || operator === '==' || operator === '!=';
  return isOrdered
    ? ok({ kind: 'compare', operator: operator as Comparison, left, right, type: 'bool', depth })
    : fault;
}

export function negated(operator: string, operand: CostNode, at: number): Typed {
  const { type } = operand;
  const depth = depthOf(operand);
  if (operator === '!' && type === 'bool') return ok({ kind: 'not', operand, type, depth });
  if (operator === '-' && (type === 'int' || type === 'double')) return ok({ kind: 'minus', operand, type, depth });
  const remedy = operator === '!' ? 'negate a condition' : 'write int(…) around it';
  return err({ at, message: `${operator} is not defined for ${type}`, remedy });
}

export function choice(condition: CostNode, one: CostNode, two: CostNode, at: number): Typed {
  const [then, otherwise] = alike(one, two);
  if (condition.type !== 'bool') {
    const message = `the condition before ? is ${condition.type}, not bool`;
    return err({ at, message, remedy: 'write a comparison' });
  }
  const { type } = then;
  if (type === 'string') {
    return err({ at, message: 'a choice between texts is not known here', remedy: 'choose between numbers' });
  }
  if (type === otherwise.type) {
    return ok({ kind: 'choice', condition, then, otherwise, type, depth: depthOf(condition, then, otherwise) });
  }
  const message = `both sides of : must be of one type, and are ${type} and ${otherwise.type}`;
  return err({ at, message, remedy: remedyFor(type, otherwise.type) });
}

export function member(value: CostNode, items: readonly CostNode[], at: number): Typed {
  const stranger = items.find((item) => item.type !== value.type);
  if (stranger === undefined) {
    return ok({ kind: 'member', value, items, type: 'bool', depth: depthOf(value, ...items) });
  }
  const message = `${value.type} is looked for among ${stranger.type}`;
  return err({ at, message, remedy: remedyFor(value.type, stranger.type) });
}

/** Of the result: a fraction of a token is cut off, as by `uint(…)`. */
export function whole(node: CostNode): CostNode {
  return node.type === 'double' ? { kind: 'convert', operand: node, type: 'uint', depth: depthOf(node) } : node;
}

/** A whole number beside a double is one. */
function alike(a: CostNode, b: CostNode): readonly [CostNode, CostNode] {
  const areNumbers = numbers.has(a.type) && numbers.has(b.type);
  if (!areNumbers || (a.type !== 'double' && b.type !== 'double')) return [a, b];
  return [asDouble(a), asDouble(b)];
}

function asDouble(node: CostNode): CostNode {
  return node.type === 'double' ? node : { kind: 'convert', operand: node, type: 'double', depth: depthOf(node) };
}

export function depthOf(...parts: readonly CostNode[]): number {
  return 1 + Math.max(0, ...parts.map(({ depth }) => depth));
}

function mismatch(operator: string, left: CostType, right: CostType): Omit<CostFault, 'at'> {
  const message = `${left} ${operator} ${right} is not defined`;
  if (left !== right) return { message: `${message}, since types do not mix`, remedy: remedyFor(left, right) };
  return { message: `${left} ${operator} ${right} is not known here`, remedy: 'use numbers, or compare with == or !=' };
}

function remedyFor(left: CostType, right: CostType): string {
  const types = [left, right];
  if (types.includes('int') && types.includes('uint')) return 'write numbers as 2u, or uint(…) around the int';
  return 'make both sides of one type';
}
