import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../lib/testing/random.ts';
import type { CostFacts } from './evaluate.ts';
import { compileCost, faultText } from './expression.ts';
import { largestWhole } from './node.ts';
import { parseCost } from './parse.ts';
import { randomExpression } from './testing/random-expression.ts';

const asked = { model: 'a', backend: 'b', route: 'c' };

function boundOf(text: string, input = 1_000, output = 100) {
  const compiled = compileCost(text);
  if (!compiled.ok) throw new Error(faultText(text, compiled.error));
  return compiled.value.bound({ ...asked, input, output });
}

function mostOf(text: string, input?: number): number {
  return boundOf(text, input).most;
}

describe('the most that a request can cost', () => {
  it.each([
    ['input_tokens + output_tokens * 6u', 1_600],
    ['total_tokens', 1_100],
    ['cached_input_tokens', 1_000],
    ['reasoning_tokens', 100],
    ['42u', 42],
    // However the input is divided, none of it counts twice.
    ['(input_tokens - cached_input_tokens) + cached_input_tokens / 10u', 1_000],
    [
      '(input_tokens - cached_input_tokens - cache_creation_input_tokens) * 4u + cache_creation_input_tokens * 5u',
      5_000,
    ],
    ['(output_tokens - reasoning_tokens) * 3u + reasoning_tokens', 300],
    ['uint(double(input_tokens) * 0.1 + double(output_tokens) * 0.6)', 160],
    ['uint(double(input_tokens - cached_input_tokens) * 2.5 + double(cached_input_tokens) * 0.25)', 2_500],
    ['(input_tokens - cached_input_tokens) + (cached_input_tokens * 0.1) + output_tokens * 1.5', 1_150],
    ["model == 'a' ? input_tokens : input_tokens * 9u", 1_000],
    ["backend == 'a' || model in ['b'] ? input_tokens : input_tokens * 9u", 9_000],
    // Whatever a condition on tokens may become.
    ['input_tokens > 500u ? input_tokens * 2u : 5000u', 5_000],
    ['input_tokens >= 0u ? 1u : 5u', 1],
    ['input_tokens > 1000u || output_tokens == 101u ? 5u : 1u', 1],
    ['input_tokens > 999u ? 5u : 1u', 5],
    ['input_tokens < 1u ? 5u : 1u', 5],
    ['input_tokens <= 1000u ? 1u : 5u', 1],
    // Towards zero, which is up below it.
    ['100 + (-3 - int(reasoning_tokens)) / 2', 99],
    ['input_tokens * output_tokens', 100_000],
    ['input_tokens / (output_tokens + 1u)', 1_000],
    ['input_tokens % 7u', 7],
    ['input_tokens == 0u ? 0u : 10000u / input_tokens', 10_000],
    ['uint(input_tokens == 0u ? 0.0 : 10000.0 / double(input_tokens))', largestWhole],
    ['input_tokens * 9007199254740991u', largestWhole],
  ])('by %s', (text, most) => {
    expect(mostOf(text)).toBe(most);
  });

  it('has no bound where nothing but failure is possible', () => {
    expect(mostOf('input_tokens > 0u ? 1u / (output_tokens - output_tokens) : 0u', 0)).toBe(0);
    expect(mostOf("model == 'a' && input_tokens == 0u ? 0u : 1u")).toBe(1);
    expect(mostOf("model == 'a' ? input_tokens / (output_tokens % 1u + 1u) : 0u")).toBe(1_000);
    expect(mostOf("model == 'a' ? 1u / 0u : 0u")).toBe(largestWhole);
  });

  it.each([
    // Bounds that are exact are what is likely.
    ['(input_tokens - cached_input_tokens) + cached_input_tokens / 10u', 1_000, 1_000],
    ["model == 'a' ? cache_creation_input_tokens : 9u", 1_000, 1_000],
    ['uint(double(output_tokens) * 0.1)', 10, 10],
    ['input_tokens == uint(3) ? 100000000 : 0', 100_000_000, 0],
    ['output_tokens > 10u ? output_tokens * 2u : 500u', 500, 200],
    ['input_tokens * output_tokens', 100_000, 100_000],
    ['input_tokens * (input_tokens - cached_input_tokens)', 1_000_000, 1_000_000],
    ['cached_input_tokens % 7u', 7, 0],
    ['input_tokens * reasoning_tokens', 100_000, 0],
  ])('by %s is %i, and %i is likely', (text, most, likely) => {
    expect(boundOf(text)).toEqual({ most, likely });
  });

  it('is not exceeded by any request that uses no more tokens', () => {
    const random = seededRandom(7);
    let compared = 0;
    for (let round = 0; round < 3_000; round++) {
      const text = randomExpression(random, 1 + random.below(4));
      const compiled = compileCost(text);
      if (!compiled.ok) {
        // Types are right; but some fail where nothing is used.
        expect(compiled.error.message, text).toMatch(/^it fails/);
        continue;
      }
      const reach = { ...asked, input: random.below(300), output: random.below(60) };
      const { most, likely } = compiled.value.bound(reach);
      expect(likely >= 0 && likely <= most, text).toBe(true);
      expect(Number.isSafeInteger(most) && most >= 0, text).toBe(true);
      for (let usage = 0; usage < 8; usage++) {
        const facts = { ...asked, ...usedWithin(random, reach) };
        const cost: number | undefined = compiled.value.of(facts);
        if (cost === undefined) continue;
        compared++;
        if (cost > most) expect.fail(`${text} costs ${cost} > ${most} with ${JSON.stringify(facts)}`);
      }
    }
    expect(compared).toBeGreaterThan(5_000);
  });
});

function usedWithin(random: Random, reach: { readonly input: number; readonly output: number }) {
  const input = random.below(2) === 0 ? reach.input : random.below(reach.input + 1);
  const output = random.below(2) === 0 ? reach.output : random.below(reach.output + 1);
  const cachedInput = random.below(input + 1);
  return {
    ...{ input, cachedInput, cacheCreation: random.below(input - cachedInput + 1) },
    ...{ output, reasoning: random.below(output + 1) },
  } satisfies Partial<CostFacts>;
}

describe('parseCost()', () => {
  it('answers any text, right or wrong', () => {
    const random = seededRandom(11);
    const pieces = [
      ...[
        'input_tokens',
        'model',
        'uint(',
        ')',
        '(',
        '?',
        ':',
        '+',
        '-',
        '*',
        '/',
        '%',
        '<',
        '==',
        '&&',
        '||',
        '!',
        'in',
      ],
      ...[
        '[',
        ']',
        ',',
        '.',
        'startsWith(',
        '1',
        '2u',
        '3.5',
        '1e9',
        "'",
        '"',
        "'a'",
        '\\',
        '\n',
        '//',
        '0x',
        'é',
        '\u0000',
      ],
    ] as const;
    for (let round = 0; round < 2_000; round++) {
      const text = Array.from({ length: random.below(14) }, () => pieces[random.below(pieces.length)]).join(
        random.pick(['', ' ']),
      );
      const parsed = parseCost(text);
      if (!parsed.ok) {
        expect(parsed.error.at, text).toBeGreaterThanOrEqual(0);
        expect(parsed.error.at, text).toBeLessThanOrEqual(text.length);
      }
    }
  });
});
