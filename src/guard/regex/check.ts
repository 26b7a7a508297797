import { RE2JSSyntaxException } from 're2js';
import { leastSteps } from './least-steps.ts';
import { matchLength } from './length.ts';
import { compileProgram, type Program } from './program.ts';

export interface PatternProblem {
  readonly message: string;
  /** Index into the pattern. */
  readonly position: number;
}

export const longestPattern = 1000;
/** Bounds the work per character of a text. A counted repetition takes its count in steps: `[a-z]{200}` has 200. */
const mostSteps = 2500;

/** What keeps a pattern from being used; undefined: nothing does. */
export function checkPattern(pattern: string): PatternProblem | undefined {
  const compiled = compile(pattern);
  if ('message' in compiled) return compiled;
  const { shortest } = matchLength(compiled);
  if (shortest === 0) return { message: 'the pattern matches the empty text, and thus everywhere', position: 0 };
  if (shortest === Number.POSITIVE_INFINITY) return { message: 'the pattern can never match', position: 0 };
  return undefined;
}

/** The same for one that is compared with whole texts, so that it may match the empty one, or none. */
export function checkWholePattern(pattern: string): PatternProblem | undefined {
  const compiled = compile(pattern);
  return 'message' in compiled ? compiled : undefined;
}

function compile(pattern: string): Program | PatternProblem {
  if (pattern === '') return { message: 'the pattern is empty', position: 0 };
  if (pattern.length > longestPattern) {
    return { message: `the pattern is longer than ${longestPattern} characters`, position: longestPattern };
  }
  if (leastSteps(pattern) > mostSteps) return tooManySteps;
  try {
    const program = compileProgram(pattern, false);
    return program.instructions.length > mostSteps ? tooManySteps : program;
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return problemOf(pattern, error);
    return { message: 'the pattern does not compile', position: 0 };
  }
}

const tooManySteps: PatternProblem = {
  message: `the pattern needs more than ${mostSteps} steps: lower its repetition counts`,
  position: 0,
};

function problemOf(pattern: string, error: RE2JSSyntaxException): PatternProblem {
  const fragment: string = error.input ?? '';
  // These two name the whole pattern instead of the place.
  if (error.error === 'missing closing )' || error.error === 'unexpected )') {
    return { message: error.error, position: unbalanced(pattern) };
  }
  const found = fragment === '' ? -1 : pattern.lastIndexOf(fragment);
  const position = found === -1 ? (error.error.startsWith('trailing backslash') ? pattern.length - 1 : 0) : found;
  const quoted = fragment === '' ? '' : `: ${fragment}`;
  const hint = hintFor(fragment, error.error);
  return { message: `${error.error}${quoted}${hint === undefined ? '' : ` (${hint})`}`, position };
}

function hintFor(fragment: string, error: string): string | undefined {
  if (/^\(\?<?[=!]/.test(fragment)) {
    return 'look-around is not available in RE2: match the surroundings too, or use \\b';
  }
  if (/^\\([1-9]|k)/.test(fragment)) return 'back-references are not available in RE2: they need more than linear time';
  if (fragment.startsWith('(?>')) return 'atomic groups are not available in RE2, and not needed: it never backtracks';
  if (error === 'invalid nested repetition operator') return 'possessive repetition is not available in RE2';
  if (error === 'invalid repeat count') return 'a repetition counts to 1000 at most, nested ones multiplied';
  return undefined;
}

/** Where the parenthesis stands that has no partner. */
function unbalanced(pattern: string): number {
  const open: number[] = [];
  let isInClass = false;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index];
    if (character === '\\') index++;
    else if (character === ']') isInClass = false;
    else if (isInClass) continue;
    else if (character === '[') {
      isInClass = true;
      // A bracket that closes right away is an ordinary member of its class.
      if (pattern[index + 1] === '^') index++;
      if (pattern[index + 1] === ']') index++;
    } else if (character === '(') open.push(index);
    else if (character === ')' && open.pop() === undefined) return index;
  }
  return open.at(-1) ?? 0;
}
