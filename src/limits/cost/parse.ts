import { err, ok, type Result } from '../../lib/result.ts';
import { suggest } from '../../lib/suggest.ts';
import type { CostFault, CostName, CostNode, CostType, TextTest, TokenCount } from './node.ts';
import { type Token, tokensOf } from './token.ts';
import { binary, choice, depthOf, member, negated } from './typing.ts';

type Typed = Result<CostNode, CostFault>;

const counts: ReadonlyMap<string, TokenCount> = new Map([
  ['input_tokens', 'input'],
  ['cached_input_tokens', 'cachedInput'],
  ['cache_creation_input_tokens', 'cacheCreation'],
  // As older manifests call it.
  ['cached_write_input_tokens', 'cacheCreation'],
  ['output_tokens', 'output'],
  ['reasoning_tokens', 'reasoning'],
  ['total_tokens', 'total'],
]);
const names: ReadonlyMap<string, CostName> = new Map([
  ['model', 'model'],
  ['backend', 'backend'],
  ['route_name', 'route'],
]);
const conversions: ReadonlySet<string> = new Set<CostType>(['int', 'uint', 'double']);
const tests: ReadonlySet<string> = new Set<TextTest>(['startsWith', 'endsWith', 'contains']);

/** From what binds least to what binds most; within a level from left to right. */
const levels: readonly ReadonlySet<string>[] = [
  new Set(['||']),
  new Set(['&&']),
  new Set(['<', '<=', '>', '>=', '==', '!=', 'in']),
  new Set(['+', '-']),
  new Set(['*', '/', '%']),
];

const longest = 4096;

/** Whoever evaluates goes as deep as this, and no deeper. */
const deepest = 250;

export function parseCost(expression: string): Result<CostNode, CostFault> {
  if (expression.length > longest) {
    return err({ at: longest, message: `it is longer than ${longest} characters`, remedy: 'make it shorter' });
  }
  const tokens = tokensOf(expression);
  return tokens.ok ? new Parser(tokens.value).whole() : tokens;
}

class Parser {
  private readonly tokens: readonly Token[];
  private position = 0;
  private nesting = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  whole(): Typed {
    const node = this.expression();
    if (!node.ok || this.next.kind === 'end') return node;
    return unexpected(this.next, 'remove it, or put an operator in front');
  }

  private get next(): Token {
    // The last one is the end, which nobody steps over.
    return this.tokens[this.position] as Token;
  }

  private isSign(value: string): boolean {
    return this.next.kind === 'sign' && this.next.value === value;
  }

  private take(value: string): boolean {
    if (!this.isSign(value)) return false;
    this.position++;
    return true;
  }

  private expression(): Typed {
    if (this.nesting === deepest) return tooDeep(this.next.at);
    this.nesting++;
    const node = this.maybeChoice();
    this.nesting--;
    return node;
  }

  private maybeChoice(): Typed {
    const condition = this.level(0);
    const { at } = this.next;
    if (!condition.ok || !this.take('?')) return condition;
    const then = this.level(0);
    if (!then.ok) return then;
    if (!this.take(':')) return unexpected(this.next, 'write condition ? one : other');
    const otherwise = this.expression();
    return otherwise.ok ? bounded(choice(condition.value, then.value, otherwise.value, at), at) : otherwise;
  }

  private level(level: number): Typed {
    const operators = levels[level];
    if (operators === undefined) return this.unary();
    let left = this.level(level + 1);
    for (;;) {
      const { kind, value, at } = this.next;
      if (!left.ok || (kind !== 'sign' && kind !== 'word') || !operators.has(value)) return left;
      this.position++;
      if (value === 'in') {
        left = bounded(this.list(left.value, at), at);
        continue;
      }
      const right = this.level(level + 1);
      if (!right.ok) return right;
      left = bounded(binary(value, left.value, right.value, at), at);
    }
  }

  private list(value: CostNode, at: number): Typed {
    if (!this.isSign('[')) return unexpected(this.next, "look into a list, such as ['a', 'b']");
    const items = this.listed('[', ']');
    return items.ok ? member(value, items.value, at) : items;
  }

  private unary(): Typed {
    const signs: Token[] = [];
    while (this.isSign('!') || this.isSign('-')) {
      signs.push(this.next);
      this.position++;
    }
    let node = this.postfix();
    for (const { value, at } of signs.reverse()) {
      if (!node.ok) return node;
      node = bounded(negated(String(value), node.value, at), at);
    }
    return node;
  }

  private postfix(): Typed {
    let node = this.primary();
    while (node.ok && this.take('.')) node = this.test(node.value);
    return node;
  }

  private test(text: CostNode): Typed {
    const { kind, value, at } = this.next;
    if (kind !== 'word' || !tests.has(value)) return unknownName(this.next, [...tests]);
    this.position++;
    const parts = this.listed('(', ')');
    if (!parts.ok) return parts;
    const [part, ...more] = parts.value;
    if (text.type !== 'string' || part?.type !== 'string' || more.length > 0) {
      return err({ at, message: `${value} is for texts`, remedy: `write model.${value}('text')` });
    }
    return bounded(
      ok({ kind: 'textTest', test: value as TextTest, text, part, type: 'bool', depth: depthOf(text, part) }),
      at,
    );
  }

  private primary(): Typed {
    const token = this.next;
    const { kind, value } = token;
    if (kind === 'end') return unexpected(token, 'write a number or the name of one');
    this.position++;
    if (kind === 'word') return this.named(token, value);
    if (kind === 'text') return ok({ kind, value, type: 'string', depth: 1 });
    if (kind !== 'sign') return ok({ kind: 'number', value, type: kind, depth: 1 });
    if (value !== '(') return unexpected(token, value === '[' ? 'write lists behind in' : 'write a number in front');
    const inner = this.expression();
    if (!inner.ok || this.take(')')) return inner;
    return unexpected(this.next, 'close the bracket with )');
  }

  private named(token: Token, word: string): Typed {
    if (this.isSign('(')) return this.converted(token, word);
    if (word === 'true' || word === 'false') {
      return ok({ kind: 'number', value: word === 'true' ? 1 : 0, type: 'bool', depth: 1 });
    }
    const count = counts.get(word);
    if (count !== undefined) return ok({ kind: 'tokens', of: count, type: 'uint', depth: 1 });
    const name = names.get(word);
    if (name !== undefined) return ok({ kind: 'name', of: name, type: 'string', depth: 1 });
    return unknownName(token, [...counts.keys(), ...names.keys()]);
  }

  private converted(token: Token, word: string): Typed {
    if (!conversions.has(word)) return unknownName(token, [...conversions]);
    const operands = this.listed('(', ')');
    if (!operands.ok) return operands;
    const [operand, ...more] = operands.value;
    const isNumber = operand !== undefined && conversions.has(operand.type);
    if (!isNumber || more.length > 0) {
      return err({ at: token.at, message: `${word}() is for one number`, remedy: `write ${word}(input_tokens)` });
    }
    const type = word as CostType;
    if (operand.type === type) return ok(operand);
    return bounded(ok({ kind: 'convert', operand, type, depth: depthOf(operand) }), token.at);
  }

  private listed(open: string, close: string): Result<readonly CostNode[], CostFault> {
    if (!this.take(open)) return unexpected(this.next, `write ${open}…${close}`);
    const items: CostNode[] = [];
    while (!this.take(close)) {
      if (items.length > 0 && !this.take(',')) return unexpected(this.next, `write , or ${close}`);
      const item = this.expression();
      if (!item.ok) return item;
      items.push(item.value);
    }
    return ok(items);
  }
}

function bounded(node: Typed, at: number): Typed {
  return node.ok && node.value.depth > deepest ? tooDeep(at) : node;
}

function tooDeep(at: number): Result<never, CostFault> {
  return err({ at, message: 'it is nested too deep', remedy: 'make it simpler' });
}

function unexpected({ kind, value, at }: Token, remedy: string): Result<never, CostFault> {
  const message = kind === 'end' ? 'it ends too early' : `${kind === 'text' ? 'a text' : value} is not expected`;
  return err({ at, message, remedy });
}

function unknownName({ value, at }: Token, known: readonly string[]): Result<never, CostFault> {
  const meant = suggest(String(value), known);
  const remedy = meant === undefined ? `use ${known.join(', ')}` : `write ${meant}`;
  return err({ at, message: `${value} is not known here`, remedy });
}
