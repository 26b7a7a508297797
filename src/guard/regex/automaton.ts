import type { Program } from './program.ts';
import { assertion } from './program.ts';

/** What stands before a position, as far as assertions look. */
export const before = { textStart: 0, newline: 1, word: 2, other: 3 } as const;
export type Before = (typeof before)[keyof typeof before];

/** No way leads from here to a match. */
export const dead = 0;

/** How a state ends where the text ends for now. */
export type Verdict = 'dead' | 'match' | 'undecided';

/** Beyond this the states are thrown away and built anew: a bound on memory, not on correctness. */
const mostStates = 4000;
const unknown = -1;

interface State {
  /** In order of preference; what follows an instruction without consuming is not followed yet. */
  readonly counters: readonly number[];
  readonly before: Before;
  verdict: Verdict | undefined;
}

/**
 * The deterministic automaton of a program, built as texts ask for it, anchored at where an attempt begins. A state keeps
 * the order of preference, so that the match is the one RE2 and Perl prefer, not the longest. Whether a match ends at a
 * position is known when the character behind it is seen (assertions look at it), hence it is a property of a step.
 */
export class Automaton {
  readonly #program: Program;
  /** Their number; the class behind the last one stands for the end of the text. */
  readonly classes: number;
  /** Classes of the first 256 code points. */
  readonly latin = new Uint8Array(256);
  readonly #kinds: Uint8Array;
  #states: State[] = [];
  #ids = new Map<string, number>();
  /** Per state and class, what `build` says, or -1. Read directly by the search: it is asked for every character. */
  steps = new Int32Array(0);
  readonly #starts = new Int32Array(4);
  /** Rises when all states were thrown away. */
  generation = 0;

  constructor(program: Program) {
    this.#program = program;
    this.classes = program.samples.length;
    for (let code = 0; code < 256; code++) this.latin[code] = this.#search(code);
    this.#kinds = Uint8Array.from(program.samples, (sample) => kindOf(sample));
    this.#reset();
  }

  get hasAssertions(): boolean {
    return this.#program.hasAssertions;
  }

  classOf(codePoint: number): number {
    return codePoint < 256 ? (this.latin[codePoint] ?? 0) : this.#search(codePoint);
  }

  startState(kind: Before): number {
    const known = this.#starts[kind] ?? unknown;
    if (known !== unknown) return known;
    const id = this.#idOf([this.#program.start], this.#program.hasAssertions ? kind : before.other);
    this.#starts[kind] = id;
    return id;
  }

  /** Whether more text could still change what an attempt in this state has found. */
  verdict(id: number): Verdict {
    const state = this.#states[id];
    if (state === undefined || id === dead) return 'dead';
    state.verdict ??= this.#judge(state);
    return state.verdict;
  }

  #reset(): void {
    this.#states = [{ counters: [], before: before.other, verdict: 'dead' }];
    this.#ids = new Map();
    this.steps = new Int32Array(16 * (this.classes + 1)).fill(unknown);
    this.steps.fill(dead, 0, this.classes + 1);
    this.#starts.fill(unknown);
    this.generation++;
  }

  /** Twice the state behind a character of this class, plus one if a match ends before that character. */
  step(id: number, characterClass: number): number {
    const cell = id * (this.classes + 1) + characterClass;
    const known = this.steps[cell] ?? unknown;
    return known === unknown ? this.#build(id, cell, characterClass) : known;
  }

  #build(id: number, cell: number, characterClass: number): number {
    const state = this.#states[id];
    if (state === undefined) return dead;
    const isEnd = characterClass === this.classes;
    const next = isEnd ? before.other : ((this.#kinds[characterClass] ?? before.other) as Before);
    const { order, isMatch } = this.#close(state, flagsBetween(state.before, next, isEnd));
    const counters: number[] = [];
    for (const instruction of order) {
      if (!isEnd && instruction.kind === 'consume' && instruction.accepts[characterClass] === 1) {
        if (!counters.includes(instruction.next)) counters.push(instruction.next);
      }
    }
    const generation = this.generation;
    const target = counters.length === 0 ? dead : this.#idOf(counters, this.hasAssertions ? next : before.other);
    const step = target * 2 + (isMatch ? 1 : 0);
    if (generation === this.generation) this.steps[cell] = step;
    return step;
  }

  /** What is reached without consuming, by preference; behind a match nothing is preferred any more. */
  #close(state: State, flags: number): { order: Program['instructions'][number][]; isMatch: boolean } {
    const order: Program['instructions'][number][] = [];
    const seen = new Set<number>();
    const stack = [...state.counters].reverse();
    for (let pc = stack.pop(); pc !== undefined; pc = stack.pop()) {
      if (seen.has(pc)) continue;
      seen.add(pc);
      const instruction = this.#program.instructions[pc];
      if (instruction === undefined || instruction.kind === 'fail') continue;
      if (instruction.kind === 'match') return { order, isMatch: true };
      if (instruction.kind === 'consume') order.push(instruction);
      else if (instruction.kind === 'jump') stack.push(instruction.next);
      else if (instruction.kind === 'fork') stack.push(instruction.second, instruction.first);
      else if ((instruction.flags & ~flags) === 0) stack.push(instruction.next);
    }
    return { order, isMatch: false };
  }

  #judge(state: State): Verdict {
    const seen = new Set<number>();
    const stack = [...state.counters].reverse();
    for (let pc = stack.pop(); pc !== undefined; pc = stack.pop()) {
      if (seen.has(pc)) continue;
      seen.add(pc);
      const instruction = this.#program.instructions[pc];
      if (instruction === undefined || instruction.kind === 'fail') continue;
      if (instruction.kind === 'match') return 'match';
      if (instruction.kind === 'jump') stack.push(instruction.next);
      else if (instruction.kind === 'fork') stack.push(instruction.second, instruction.first);
      else if (instruction.kind === 'consume' || !isImpossible(instruction.flags, state.before)) return 'undecided';
    }
    return 'dead';
  }

  #idOf(counters: readonly number[], kind: Before): number {
    const key = `${kind}:${counters.join(',')}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    if (this.#states.length >= mostStates) this.#reset();
    const id = this.#states.length;
    this.#states.push({ counters, before: kind, verdict: undefined });
    this.#ids.set(key, id);
    if (this.#states.length * (this.classes + 1) > this.steps.length) {
      const grown = new Int32Array(this.steps.length * 2).fill(unknown);
      grown.set(this.steps);
      this.steps = grown;
    }
    return id;
  }

  #search(codePoint: number): number {
    const bounds = this.#program.classBounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((bounds[middle] ?? 0) <= codePoint) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** RE2's words are ASCII. Valid for every member of a class: classes are split where assertions differ. */
export function kindOf(codePoint: number): Before {
  if (codePoint === 10) return before.newline;
  const isDigit = codePoint >= 48 && codePoint <= 57;
  const lower = codePoint | 32;
  if (isDigit || codePoint === 95 || (codePoint < 128 && lower >= 97 && lower <= 122)) return before.word;
  return before.other;
}

function flagsBetween(left: Before, right: Before, isEnd: boolean): number {
  let flags = 0;
  if (left === before.textStart) flags |= assertion.textStart | assertion.lineStart;
  if (left === before.newline) flags |= assertion.lineStart;
  if (isEnd) flags |= assertion.textEnd | assertion.lineEnd;
  if (right === before.newline) flags |= assertion.lineEnd;
  const isBoundary = (left === before.word) !== (right === before.word);
  return flags | (isBoundary ? assertion.wordBoundary : assertion.noWordBoundary);
}

/** No character to the right can meet what the left already fails. */
function isImpossible(flags: number, left: Before): boolean {
  if ((flags & assertion.textStart) !== 0 && left !== before.textStart) return true;
  return (flags & assertion.lineStart) !== 0 && left !== before.textStart && left !== before.newline;
}
