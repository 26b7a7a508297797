import type { Random } from '../../../lib/testing/random.ts';

const counts = [
  'input_tokens',
  'cached_input_tokens',
  'cache_creation_input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'total_tokens',
] as const;

/** An expression whose types are right, of all that the language has. */
export function randomExpression(random: Random, depth: number): string {
  return random.below(3) === 0 ? whole(random, 'int', depth) : whole(random, 'uint', depth);
}

function whole(random: Random, type: 'int' | 'uint', depth: number): string {
  const suffix = type === 'uint' ? 'u' : '';
  if (depth === 0) {
    if (random.below(3) === 0) return `${random.below(40)}${suffix}`;
    const name = random.pick(counts);
    return type === 'uint' ? name : `int(${name})`;
  }
  const part = (): string => whole(random, type, depth - 1);
  switch (random.below(9)) {
    case 0:
      return `(${condition(random, depth - 1)} ? ${part()} : ${part()})`;
    case 1:
      return `${type}(${double(random, depth - 1)})`;
    case 2:
      return type === 'int' ? `-(${part()})` : `uint(${whole(random, 'int', depth - 1)})`;
    default:
      return `(${part()} ${random.pick(['+', '+', '-', '*', '/', '%'])} ${part()})`;
  }
}

function double(random: Random, depth: number): string {
  if (depth === 0) return random.pick(['0.1', '0.25', '3.0', '1e2', 'double(input_tokens)', 'double(output_tokens)']);
  const part = (): string => double(random, depth - 1);
  if (random.below(3) === 0) return `double(${whole(random, random.pick(['int', 'uint']), depth - 1)})`;
  return `(${part()} ${random.pick(['+', '-', '*', '/'])} ${part()})`;
}

function condition(random: Random, depth: number): string {
  const operator = random.pick(['<', '<=', '>', '>=', '==', '!=']);
  if (depth === 0) {
    return random.pick([
      "model == 'a'",
      "backend != 'b'",
      "route_name.contains('c')",
      "model in ['a', 'b']",
      'output_tokens in [0u, 1u, 2u]',
      'true',
    ]);
  }
  switch (random.below(5)) {
    case 0:
      return `!(${condition(random, depth - 1)})`;
    case 1:
      return `(${condition(random, depth - 1)} ${random.pick(['&&', '||'])} ${condition(random, depth - 1)})`;
    case 2:
      return `(${double(random, depth - 1)} ${operator} ${double(random, depth - 1)})`;
    default:
      return `(${whole(random, 'uint', depth - 1)} ${operator} ${whole(random, 'uint', depth - 1)})`;
  }
}
