import { longestToken } from './token.ts';
import type { TokenIndex } from './token-index.ts';

/**
 * Puts the values of this request back into one channel of its answer. What looks like a token and is none of this
 * request's (of another tenant, of another conversation, made up by the model) stays as it is and is counted.
 */
export class Restorer {
  readonly #index: TokenIndex | undefined;
  /** What is held back, and before it what has gone out and is still needed to recognise leftovers. */
  #text = '';
  #released = 0;
  #counted = 0;
  #restored = 0;
  #leftovers = 0;

  /** `index`: undefined: the request has hidden nothing. */
  constructor(index: TokenIndex | undefined) {
    this.#index = index;
  }

  get restored(): number {
    return this.#restored;
  }

  get leftovers(): number {
    return this.#leftovers;
  }

  push(text: string): string {
    if (this.#index === undefined) return text;
    this.#text += text;
    return this.#release(this.#index, this.#index.hold(this.#text, this.#released));
  }

  end(): string {
    return this.#index === undefined ? '' : this.#release(this.#index, this.#text.length);
  }

  #release(index: TokenIndex, until: number): string {
    let output = '';
    for (const token of index.find(this.#text, 0)) {
      if (token.end <= this.#counted) continue;
      this.#counted = token.end;
      if (token.value === undefined) {
        this.#leftovers += 1;
      } else {
        output += this.#text.slice(this.#released, token.start) + token.value;
        this.#released = token.end;
        this.#restored += 1;
      }
    }
    output += this.#text.slice(this.#released, Math.max(until, this.#released));
    this.#released = Math.max(until, this.#released);
    this.#forget();
    return output;
  }

  #forget(): void {
    const surplus = this.#released - longestToken;
    if (surplus <= 0) return;
    this.#text = this.#text.slice(surplus);
    this.#released -= surplus;
    this.#counted -= surplus;
  }
}
