/** Numbers of one departure: its start and end in the original, and in the text that was made of it. */
const width = 4;

/**
 * Where a text departs from the one that it was made of. Between two such places both go on alike, so that a text in which
 * little is changed has few of them: streams read what they keep with each piece again.
 */
export class Departures {
  readonly #marks: number[] = [];

  get count(): number {
    return this.#marks.length / width;
  }

  /** In order. Ends are excluded. */
  add(start: number, end: number, place: number, placeEnd: number): void {
    this.#marks.push(start, end, place, placeEnd);
  }

  /** Original position of a character of the text that was made. */
  startOf(index: number): number {
    const at = this.#lastUpTo(index, 2);
    if (at < 0) return index;
    const behind = this.#mark(at + 3);
    return index < behind ? this.#mark(at) : this.#mark(at + 1) + index - behind;
  }

  /** Original position behind it. */
  endOf(index: number): number {
    const at = this.#lastUpTo(index, 2);
    if (at < 0) return index + 1;
    const behind = this.#mark(at + 3);
    return index < behind ? this.#mark(at + 1) : this.#mark(at + 1) + index - behind + 1;
  }

  /** The first character that comes from this original position or one behind it. */
  indexOf(position: number): number {
    const at = this.#lastUpTo(position - 1, 0);
    return at < 0 ? Math.max(0, position) : this.#mark(at + 3) + Math.max(0, position - this.#mark(at + 1));
  }

  /** The departure that contains this original position without beginning there. */
  cutAt(position: number): { readonly start: number; readonly end: number } | undefined {
    const at = this.#lastUpTo(position - 1, 0);
    if (at < 0 || this.#mark(at + 1) <= position) return undefined;
    return { start: this.#mark(at), end: this.#mark(at + 1) };
  }

  #mark(at: number): number {
    return this.#marks[at] ?? 0;
  }

  /** Where the numbers of the last departure begin whose `which` number is not larger; negative: there is none. */
  #lastUpTo(most: number, which: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#mark(middle * width + which) <= most) low = middle + 1;
      else high = middle;
    }
    return (low - 1) * width;
  }
}
