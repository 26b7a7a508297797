import { RE2JS } from 're2js';

/** Assertions, with re2js's numbers. */
export const assertion = {
  lineStart: 1,
  lineEnd: 2,
  textStart: 4,
  textEnd: 8,
  wordBoundary: 16,
  noWordBoundary: 32,
} as const;

export type Instruction =
  /** Both ways are open; `first` is the preferred one. */
  | { readonly kind: 'fork'; readonly first: number; readonly second: number }
  | { readonly kind: 'jump'; readonly next: number }
  | { readonly kind: 'assert'; readonly flags: number; readonly next: number }
  /** `accepts` by character class. */
  | { readonly kind: 'consume'; readonly accepts: Uint8Array; readonly widest: 1 | 2; readonly next: number }
  | { readonly kind: 'match' }
  | { readonly kind: 'fail' };

/** What a pattern compiles to: instructions, and the classes of characters that they cannot tell apart. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
  /** First code points of all classes but the first, ascending. */
  readonly classBounds: Int32Array;
  /** A code point of each class. */
  readonly samples: readonly number[];
  readonly hasAssertions: boolean;
}

const opcode = {
  fork: 1,
  forkMatch: 2,
  capture: 3,
  assert: 4,
  fail: 5,
  match: 6,
  nop: 7,
  anyRune: 10,
  anyButNewline: 11,
};
const newline = 10;

interface RawInstruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  matchRune(rune: number): boolean;
}

/**
 * Parsing and compiling is re2js's: its instructions are those of RE2. They are read here, once, so that the rest of the
 * folder depends on nothing inside that package. Throws re2js's exceptions.
 */
export function compileProgram(pattern: string, caseInsensitive: boolean): Program {
  const compiled = RE2JS.compile(pattern, caseInsensitive ? RE2JS.CASE_INSENSITIVE : 0).re2Input as unknown as {
    readonly prog: { readonly inst: readonly RawInstruction[]; readonly start: number };
    readonly dfa: { readonly classBounds: Int32Array };
  };
  const classBounds = compiled.dfa.classBounds;
  const samples = [0, ...classBounds];
  const instructions = compiled.prog.inst.map((raw) => instructionOf(raw, samples));
  const hasAssertions = instructions.some((each) => each.kind === 'assert');
  return { instructions, start: compiled.prog.start, classBounds, samples, hasAssertions };
}

function instructionOf(raw: RawInstruction, samples: readonly number[]): Instruction {
  switch (raw.op) {
    case opcode.fork:
    case opcode.forkMatch:
      return { kind: 'fork', first: raw.out, second: raw.arg };
    case opcode.capture:
    case opcode.nop:
      return { kind: 'jump', next: raw.out };
    case opcode.assert:
      return { kind: 'assert', flags: raw.arg, next: raw.out };
    case opcode.fail:
      return { kind: 'fail' };
    case opcode.match:
      return { kind: 'match' };
    default:
      return consume(raw, samples);
  }
}

function consume(raw: RawInstruction, samples: readonly number[]): Instruction {
  const accepts = new Uint8Array(samples.length);
  let widest: 1 | 2 = 1;
  for (const [index, rune] of samples.entries()) {
    const isAccepted =
      raw.op === opcode.anyRune || (raw.op === opcode.anyButNewline ? rune !== newline : raw.matchRune(rune));
    if (!isAccepted) continue;
    accepts[index] = 1;
    // A class reaches up to the next bound: its last code point decides how wide a character of it may be.
    if ((samples[index + 1] ?? 0x110000) - 1 > 0xffff) widest = 2;
  }
  return { kind: 'consume', accepts, widest, next: raw.out };
}
