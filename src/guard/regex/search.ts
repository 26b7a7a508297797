import { Automaton, before, dead, kindOf } from './automaton.ts';
import type { Program } from './program.ts';
import { Trail } from './trail.ts';

export type Outcome = 'match' | 'none' | 'undecided';

const worthNoting = 16;

const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

/** Searches are synchronous, so that all patterns may write to one. */
const trail = new Trail();

/** Finds the leftmost match, and where the text ends too early to say whether there is one. */
export class Search {
  readonly #automaton: Automaton;
  readonly #bound: number;
  readonly #begins: Uint8Array;
  readonly #latinBegins = new Uint8Array(256);
  /** Of the last search: the match, or where the undecided attempt begins. */
  start = 0;
  end = 0;

  /** `bound`: a match has at most so many UTF-16 units. */
  constructor(program: Program, bound: number) {
    this.#automaton = new Automaton(program);
    this.#bound = bound;
    this.#begins = beginnings(program);
    for (let code = 0; code < 256; code++) this.#latinBegins[code] = this.#begins[this.#automaton.classOf(code)] ?? 0;
  }

  begin(text: string, from: number): void {
    trail.restart(from, text.length);
  }

  /** `isWhole`: the text ends where it ends; otherwise more may follow. */
  next(text: string, from: number, isWhole: boolean): Outcome {
    const length = isWhole ? text.length : completeLength(text);
    for (let start = from; start < length; start++) {
      const code = text.charCodeAt(start);
      if (code < 256) {
        if (this.#latinBegins[code] === 0) continue;
      } else if (!this.#mayBegin(text, start, code)) continue;
      const outcome = this.#attempt(text, start, length, isWhole);
      if (outcome !== 'none') return outcome;
    }
    if (length === text.length) return 'none';
    this.start = Math.max(length, from);
    return 'undecided';
  }

  #mayBegin(text: string, start: number, code: number): boolean {
    if (isLow(code) && start > 0 && isHigh(text.charCodeAt(start - 1))) return false;
    return this.#begins[this.#automaton.classOf(text.codePointAt(start) ?? 0)] === 1;
  }

  #attempt(text: string, start: number, length: number, isWhole: boolean): Outcome {
    const automaton = this.#automaton;
    const generation = automaton.generation;
    const latin = automaton.latin;
    const columns = automaton.classes + 1;
    const limit = start + this.#bound;
    let state = automaton.startState(start === 0 ? before.textStart : kindOf(text.charCodeAt(start - 1)));
    let end = -1;
    let position = start;
    let endWhenJoined: number | undefined;
    trail.begin();
    while (state !== dead) {
      if (position >= length) {
        if (isWhole) {
          if ((automaton.step(state, automaton.classes) & 1) === 1) end = position;
          state = dead;
          break;
        }
        const verdict = automaton.verdict(state);
        if (verdict === 'undecided') {
          this.start = start;
          return 'undecided';
        }
        if (verdict === 'match') end = position;
        break;
      }
      const code = text.charCodeAt(position);
      const codePoint = isHigh(code) ? (text.codePointAt(position) ?? code) : code;
      const characterClass = codePoint < 256 ? (latin[codePoint] ?? 0) : automaton.classOf(codePoint);
      let step = automaton.steps[state * columns + characterClass] ?? -1;
      if (step < 0) step = automaton.step(state, characterClass);
      if ((step & 1) === 1) end = position;
      const width = codePoint > 0xffff ? 2 : 1;
      if (position + width > limit) break;
      state = step >> 1;
      position += width;
      // Short attempts are cheaper than their notes.
      if (position - start < worthNoting) continue;
      const earlier = trail.earlier(position, state);
      if (earlier === -1) trail.mark(position, state);
      else {
        trail.join(earlier);
        endWhenJoined ??= end;
        position = trail.endOf(earlier);
        state = trail.stateOf(earlier);
      }
    }
    // What was written for the joined walk promises that no match ends in it.
    const isBroken = endWhenJoined !== undefined && endWhenJoined !== end;
    if (isBroken || generation !== automaton.generation) trail.restart(start, text.length);
    else trail.finish(end === -1 ? start : end, position, state);
    if (end === -1) return 'none';
    this.start = start;
    this.end = end;
    return 'match';
  }
}

/** A half surrogate pair at the end is a character of which nothing is known yet. */
function completeLength(text: string): number {
  return isHigh(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
}

function beginnings(program: Program): Uint8Array {
  const begins = new Uint8Array(program.samples.length);
  const seen = new Set<number>();
  const stack = [program.start];
  for (let pc = stack.pop(); pc !== undefined; pc = stack.pop()) {
    if (seen.has(pc)) continue;
    seen.add(pc);
    const instruction = program.instructions[pc];
    if (instruction === undefined || instruction.kind === 'match' || instruction.kind === 'fail') continue;
    if (instruction.kind === 'fork') stack.push(instruction.first, instruction.second);
    else if (instruction.kind !== 'consume') stack.push(instruction.next);
    else for (const [index, isAccepted] of instruction.accepts.entries()) if (isAccepted === 1) begins[index] = 1;
  }
  return begins;
}
