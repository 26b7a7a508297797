/**
 * What failed attempts went through, so that a later attempt that comes into the same state at the same place jumps to
 * where the earlier one stopped: without it, `a.*b` over a text of `a` costs a walk to the bound from every character.
 * A walk belongs to all attempts that took part in it; who joins one prolongs it for all.
 */
export class Trail {
  #states = new Int32Array(0);
  #walks = new Int32Array(0);
  #base = 0;
  #firstWalk = 0;
  #walk = 0;
  readonly #quietAfter: number[] = [];
  readonly #ends: number[] = [];
  readonly #endStates: number[] = [];
  readonly #joined: number[] = [];
  #current = 0;

  /** A new text, or new states: what was written is void. `base`: the first position that will be asked for. */
  restart(base: number, length: number): void {
    this.#base = base;
    const size = length - base + 1;
    if (this.#states.length < size) {
      this.#states = new Int32Array(size + 1024);
      this.#walks = new Int32Array(size + 1024);
      this.#walk = 0;
    } else if (this.#walk > 2 ** 30) {
      this.#walks.fill(0);
      this.#walk = 0;
    }
    this.#firstWalk = this.#walk + 1;
    this.#quietAfter.length = 0;
    this.#ends.length = 0;
    this.#endStates.length = 0;
  }

  begin(): void {
    this.#walk++;
    this.#current = this.#walk;
    this.#joined.length = 0;
  }

  mark(position: number, state: number): void {
    this.#states[position - this.#base] = state;
    this.#walks[position - this.#base] = this.#current;
  }

  /** A finished walk that came through this state here and met no end of a match from here on; or -1. */
  earlier(position: number, state: number): number {
    const at = position - this.#base;
    const index = (this.#walks[at] ?? 0) - this.#firstWalk;
    if (index < 0 || index >= this.#ends.length || this.#states[at] !== state) return -1;
    return (this.#quietAfter[index] ?? position) < position ? index : -1;
  }

  join(index: number): void {
    this.#joined.push(index);
    this.#current = this.#firstWalk + index;
  }

  /** Behind `quietAfter` the attempt met no end of a match; it stopped at `end` in this state. */
  finish(quietAfter: number, end: number, state: number): void {
    this.#quietAfter.push(quietAfter);
    this.#ends.push(end);
    this.#endStates.push(state);
    for (const index of this.#joined) {
      this.#ends[index] = end;
      this.#endStates[index] = state;
    }
  }

  endOf(index: number): number {
    return this.#ends[index] ?? 0;
  }

  stateOf(index: number): number {
    return this.#endStates[index] ?? 0;
  }
}
