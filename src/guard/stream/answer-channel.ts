import { Restorer } from '../redaction/restorer.ts';
import type { TokenIndex } from '../redaction/token-index.ts';
import type { GuardRule } from '../rule.ts';
import type { GuardStream } from './guard-stream.ts';

/**
 * One channel of an answer on its way to the caller: first the rules, then the tokens of the request are turned back.
 *
 * In this order the rules see tokens where the caller's own values will be. The other way round, the rule that hid a value
 * from the provider would hide it from the caller too, and exempting it by position would let the model compose something
 * forbidden around it unseen. Tokens are protected from the rules, so each arrives at the restorer whole.
 */
export class AnswerChannel {
  readonly #stream: GuardStream | undefined;
  readonly #restorer: Restorer;
  readonly #heard: ((text: string) => void) | undefined;
  #isEnded = false;

  /**
   * `stream`: undefined: no rule is for this text. `index`: undefined: the request has hidden nothing. `heard`: is told
   * what the rules have left, before tokens are turned back.
   */
  constructor(stream: GuardStream | undefined, index: TokenIndex | undefined, heard?: (text: string) => void) {
    this.#stream = stream;
    this.#heard = heard;
    this.#restorer = new Restorer(index);
  }

  get blockedBy(): GuardRule | undefined {
    return this.#stream?.blockedBy;
  }

  get restored(): number {
    return this.#restorer.restored;
  }

  /** What looks like a token of this request and is none. */
  get leftovers(): number {
    return this.#restorer.leftovers;
  }

  /** What may go out. After a block: what was allowed before it, and then nothing any more. */
  push(text: string): string {
    if (this.#isEnded) return '';
    const output = this.#restore(this.#stream === undefined ? text : this.#stream.push(text));
    return this.blockedBy === undefined ? output : output + this.#finish();
  }

  end(): string {
    if (this.#isEnded) return '';
    const output = this.#stream === undefined ? '' : this.#restore(this.#stream.end());
    return output + this.#finish();
  }

  #restore(text: string): string {
    this.#heard?.(text);
    return this.#restorer.push(text);
  }

  #finish(): string {
    this.#isEnded = true;
    return this.#restorer.end();
  }
}
