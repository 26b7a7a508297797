import { describe, expect, it } from 'vitest';
import type { CostFacts } from './evaluate.ts';
import { compileCost, faultText } from './expression.ts';

const facts: CostFacts = {
  model: 'gpt-4o-mini',
  backend: 'openai.default',
  route: 'team-a/chat',
  input: 1_000,
  cachedInput: 400,
  cacheCreation: 100,
  output: 50,
  reasoning: 20,
};

function costOf(text: string, of: Partial<CostFacts> = {}): number | undefined {
  const compiled = compileCost(text);
  if (!compiled.ok) throw new Error(faultText(text, compiled.error));
  return compiled.value.of({ ...facts, ...of });
}

function faultOf(text: string): string {
  const compiled = compileCost(text);
  return compiled.ok ? 'none' : `${faultText(text, compiled.error)} — ${compiled.error.remedy}`;
}

describe('a cost expression', () => {
  it.each([
    ['input_tokens', 1_000],
    ['total_tokens', 1_050],
    ['cached_input_tokens + cache_creation_input_tokens + reasoning_tokens', 520],
    ['cached_write_input_tokens', 100],
    ['input_tokens + output_tokens * 6u', 1_300],
    ['(input_tokens - cached_input_tokens) + cached_input_tokens / 10u', 640],
    ['1 + 2 * 3 - 4', 3],
    ['7 / 2 * 2', 6],
    ['0 - 7 / -2', 3],
    ['-7 % 3 + 10', 9],
    ['7u % 3u', 1],
    ['0x1F + 0xau == 0x1Fu ? 0u : 0x10u', undefined],
    ['0x1Fu + 0xAU', 41],
    ['uint(double(input_tokens) * 0.0025)', 2],
    ['int(2.9) + int(-2.9) + int(1e2) + int(.5)', 100],
    ['uint(double(cached_input_tokens) * 1.25e-1 + 0.5)', 50],
    ['int(input_tokens) - int(output_tokens)', 950],
    ['uint(uint(input_tokens))', 1_000],
    // As the documentation of Envoy AI Gateway writes it: a double beside a whole number, and as the result.
    ['(input_tokens - cached_input_tokens) + (cached_input_tokens * 0.1) + output_tokens * 1.5', 715],
    ['output_tokens * 0.19', 9],
    ['double(input_tokens)', 1_000],
    ["model == 'gpt-4o-mini' ? input_tokens * 0.5 : 1", 500],
    ["model == 'other' ? input_tokens * 0.5 : 1", 1],
    ['input_tokens > 999.5 ? 1u : 2u', 1],
    ["model == 'gpt-4o-mini' ? total_tokens : 0u", 1_050],
    ["model != 'gpt-4o-mini' ? total_tokens : 0u", 0],
    ["backend == 'other.default' ? 1 : backend == 'openai.default' ? 2 : 3", 2],
    ['route_name.startsWith("team-a/") ? 1 : 2', 1],
    ["model.endsWith('-mini') && model.contains('4o') ? 1 : 2", 1],
    ["'gpt-4o-mini'.contains(model) ? 1 : 2", 1],
    ["model in ['a', 'gpt-4o-mini'] ? 1 : 2", 1],
    ["!(model in ['a', 'b']) ? 1 : 2", 1],
    ['output_tokens in [49u, 50u] ? 1 : 2', 1],
    ['output_tokens in [] ? 1 : 2', 2],
    ['input_tokens > 999u && output_tokens <= 50u ? 1 : 2', 1],
    ['input_tokens < 999u || output_tokens >= 51u ? 1 : 2', 2],
    ['!!true ? 1 : 2', 1],
    ['(input_tokens > 1u) == true ? 1 : 2', 1],
    ['true ? 1 : false ? 2 : 3', 1],
    ['--1', 1],
    ['// dear\n1 + // cheap\n1', 2],
    [String.raw`model == "gpt\x2d4o\u002dmini" ? 1 : 2`, 1],
    [String.raw`model == r'gpt\x2d' ? 1 : 2`, 2],
    // One side is enough, whatever becomes of the other one.
    ['true || 1u / (input_tokens - input_tokens) > 0u ? 1 : 2', 1],
    ['1u / (input_tokens - input_tokens) > 0u && false ? 1 : 2', 2],
  ])('%s', (text, cost) => {
    if (cost === undefined) expect(faultOf(text)).not.toBe('none');
    else expect(costOf(text)).toBe(cost);
  });

  it.each([
    ['an uint below 0', 'output_tokens > 0u ? output_tokens - input_tokens : 0u'],
    ['a negative int', 'output_tokens > 0u ? int(output_tokens) - int(input_tokens) : 0'],
    ['a division by zero', 'output_tokens > 0u ? 1u / (input_tokens - input_tokens) : 0u'],
    ['a remainder of a division by zero', 'output_tokens > 0u ? 1u % (input_tokens - input_tokens) : 0u'],
    ['an overflow', 'input_tokens * 9007199254740991u'],
    ['an overflow on the way', 'input_tokens * 9007199254740991u / 9007199254740991u'],
    ['a double divided by zero', 'uint(double(input_tokens) / double(output_tokens - output_tokens) * 0.0)'],
    ['a double too large to convert', 'uint(double(input_tokens) * 1e300)'],
    ['a negative double as uint', 'uint(double(output_tokens) * -0.001)'],
    ['a condition that fails', 'output_tokens > 0u ? (1u / (input_tokens - input_tokens) > 0u ? 1u : 2u) : 0u'],
  ])('that comes to %s has no cost', (_, text) => {
    const guarded = text.startsWith('uint(double(input_tokens) /') ? `output_tokens > 0u ? ${text} : 0u` : text;
    expect(costOf(guarded, { output: 0, input: 0 })).toBe(0);
    expect(costOf(guarded)).toBeUndefined();
  });

  it.each([
    ['', 'at character 1: it ends too early — write a number or the name of one'],
    ['input_tokens +', 'at character 15: it ends too early — write a number or the name of one'],
    [
      'input_tokens * 2',
      'at character 14: uint * int is not defined, since types do not mix — write numbers as 2u, or uint(…) around the int',
    ],
    [
      'model * 0.5',
      'at character 7: string * double is not defined, since types do not mix — make both sides of one type',
    ],
    [
      'input_tokens > 1000 ? 1u : 2u',
      'at character 14: uint > int is not defined, since types do not mix — write numbers as 2u, or uint(…) around the int',
    ],
    [
      'model == 1 ? 1 : 2',
      'at character 7: string == int is not defined, since types do not mix — make both sides of one type',
    ],
    [
      "model == 'a' ? 1u : 2",
      'at character 14: both sides of : must be of one type, and are uint and int — write numbers as 2u, or uint(…) around the int',
    ],
    ["model == 'a' ? 'b' : 'c'", 'at character 14: a choice between texts is not known here — choose between numbers'],
    ['input_tokens ? 1 : 2', 'at character 14: the condition before ? is uint, not bool — write a comparison'],
    ["model == 'a' ? 1", 'at character 17: it ends too early — write condition ? one : other'],
    ['true', 'at character 1: it comes to a bool, not to a number — write condition ? one : other'],
    ['model', 'at character 1: it comes to a string, not to a number — write a number of tokens'],
    ['input_token', 'at character 1: input_token is not known here — write input_tokens'],
    ['size(model)', 'at character 1: size is not known here — use int, uint, double'],
    ["model.matches('a') ? 1 : 2", 'at character 7: matches is not known here — use startsWith, endsWith, contains'],
    [
      "input_tokens.startsWith('a') ? 1 : 2",
      "at character 14: startsWith is for texts — write model.startsWith('text')",
    ],
    ["model.startsWith('a', 'b') ? 1 : 2", "at character 7: startsWith is for texts — write model.startsWith('text')"],
    ['uint()', 'at character 1: uint() is for one number — write uint(input_tokens)'],
    ["uint('1')", 'at character 1: uint() is for one number — write uint(input_tokens)'],
    ['model in model ? 1 : 2', "at character 10: model is not expected — look into a list, such as ['a', 'b']"],
    [
      'input_tokens in [1] ? 1 : 2',
      'at character 14: uint is looked for among int — write numbers as 2u, or uint(…) around the int',
    ],
    ["model in ['a' 'b'] ? 1 : 2", 'at character 15: a text is not expected — write , or ]'],
    ['(input_tokens', 'at character 14: it ends too early — close the bracket with )'],
    ['input_tokens)', 'at character 13: ) is not expected — remove it, or put an operator in front'],
    [
      'input_tokens output_tokens',
      'at character 14: output_tokens is not expected — remove it, or put an operator in front',
    ],
    ['[1]', 'at character 1: [ is not expected — write lists behind in'],
    ['* 2', 'at character 1: * is not expected — write a number in front'],
    ['-input_tokens', 'at character 1: - is not defined for uint — write int(…) around it'],
    ['!input_tokens ? 1 : 2', 'at character 1: ! is not defined for uint — negate a condition'],
    ['uint(5.0 % 2.0)', 'at character 10: double % double is not known here — use numbers, or compare with == or !='],
    ["model = 'a' ? 1 : 2", 'at character 7: = is no operator — compare with =='],
    ["model == 'a' & true ? 1 : 2", 'at character 14: & is no operator — write &&'],
    ["model == 'a ? 1 : 2", "at character 10: a text does not end — close it with '"],
    ['input_tokens # 2', 'at character 14: "#" means nothing here — remove it'],
    [
      String.raw`model == 'a\q' ? 1 : 2`,
      String.raw`at character 12: this stands for no character — write a backslash as \\`,
    ],
    ['2x', 'at character 2: a number ends with a letter — write 2, 2u or 2.0'],
    ['9007199254740993', 'at character 1: 9007199254740993 is too large — write a smaller one'],
    ['1e999 > 1.0 ? 1 : 2', 'at character 1: 1e999 is too large — write a smaller one'],
    [
      'input_tokens\n  * 2',
      'in line 2 at character 3: uint * int is not defined, since types do not mix — write numbers as 2u, or uint(…) around the int',
    ],
    [
      '100u / input_tokens',
      'at character 1: it fails, or is negative, where nothing is used — put such cases behind a condition',
    ],
    [
      'int(input_tokens) - 1',
      'at character 1: it fails, or is negative, where nothing is used — put such cases behind a condition',
    ],
    [`1${'+1'.repeat(300)}`, 'at character 500: it is nested too deep — make it simpler'],
    [`${'('.repeat(400)}1${')'.repeat(400)}`, 'at character 251: it is nested too deep — make it simpler'],
    [`1${' '.repeat(4_096)}`, 'at character 4097: it is longer than 4096 characters — make it shorter'],
  ])('%s is refused with its place', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it.each([
    ['total_tokens', 'total'],
    ['int(output_tokens)', 'output'],
    ['((input_tokens))', 'input'],
    ['uint((input_tokens) + int(output_tokens))', undefined],
    ['uint(int(input_tokens) + int(output_tokens))', 'total'],
    ['output_tokens\n+ input_tokens', 'total'],
    ['input_tokens - output_tokens', undefined],
    ['input_tokens + input_tokens', undefined],
    ['input_tokens * 2u', undefined],
    ['cached_input_tokens', 'cachedInput'],
  ])('%s names %s alone', (text, plain) => {
    const compiled = compileCost(text);
    expect(compiled.ok ? compiled.value.plain : undefined).toBe(plain);
  });
});
