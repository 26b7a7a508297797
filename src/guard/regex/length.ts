import type { Program } from './program.ts';

export interface MatchLength {
  /** In code points; 0: the pattern matches the empty string. */
  readonly shortest: number;
  /** In UTF-16 units; Infinity: without end. */
  readonly longest: number;
}

/** How long a match of a program can be. Assertions are taken as met. */
export function matchLength(program: Program): MatchLength {
  return { shortest: shortest(program), longest: longest(program) };
}

function shortest(program: Program): number {
  let edge = new Set([program.start]);
  const seen = new Set<number>();
  for (let length = 0; edge.size > 0; length++) {
    const next = new Set<number>();
    const stack = [...edge];
    for (let pc = stack.pop(); pc !== undefined; pc = stack.pop()) {
      if (seen.has(pc)) continue;
      seen.add(pc);
      const instruction = program.instructions[pc];
      if (instruction === undefined || instruction.kind === 'fail') continue;
      if (instruction.kind === 'match') return length;
      if (instruction.kind === 'fork') stack.push(instruction.first, instruction.second);
      else if (instruction.kind === 'consume') next.add(instruction.next);
      else stack.push(instruction.next);
    }
    edge = next;
  }
  return Number.POSITIVE_INFINITY;
}

/** Longest path; a way back that consumes something makes it endless. Iterative: patterns nest and repeat deeply. */
function longest(program: Program): number {
  const settled = new Map<number, number>();
  const open = new Set<number>();
  const stack = [program.start];
  while (stack.length > 0) {
    const pc = stack.at(-1) ?? 0;
    if (settled.has(pc)) {
      stack.pop();
      continue;
    }
    const instruction = program.instructions[pc];
    const successors = successorsOf(instruction);
    if (open.has(pc)) {
      stack.pop();
      open.delete(pc);
      const width = instruction?.kind === 'consume' ? instruction.widest : 0;
      // What is still open here is a loop. One that consumes nothing is refused with the patterns that match nothing.
      settled.set(pc, width + Math.max(0, ...successors.map((next) => settled.get(next) ?? Number.POSITIVE_INFINITY)));
      continue;
    }
    open.add(pc);
    for (const next of successors) if (!settled.has(next) && !open.has(next)) stack.push(next);
  }
  return settled.get(program.start) ?? 0;
}

function successorsOf(instruction: Program['instructions'][number] | undefined): readonly number[] {
  if (instruction === undefined || instruction.kind === 'match' || instruction.kind === 'fail') return [];
  return instruction.kind === 'fork' ? [instruction.first, instruction.second] : [instruction.next];
}
