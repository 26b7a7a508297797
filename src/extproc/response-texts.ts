import type { Rejection } from './exchange.ts';

/** A text of a response as its reader found it. `role` says whose it is, `field` the name of a tool's argument. */
export interface ResponseText {
  readonly text: string;
  readonly role: string;
  readonly field: string | undefined;
}

/** A text that arrives in pieces; what is given back goes out in its place, `undefined`: nothing does any more. */
export interface ChangingText {
  push(text: string): string | undefined;
  end(): string | undefined;
}

/** Decides what the caller may read of a response. */
export interface ResponseTexts {
  /** Some rule can only judge what is complete: a stream is held until its end. */
  readonly isWhole: boolean;
  /** For a text of a stream, where `isWhole` is not set. */
  open(role: string, field?: string): ChangingText;
  /**
   * Judges complete texts. `done` is called once, perhaps before this returns, with each text as it may be read, in their
   * order; with undefined when the caller gets nothing of them.
   */
  judge(texts: readonly ResponseText[], done: (readable: readonly string[] | undefined) => void): void;
  /** Why nothing goes out any more. */
  readonly rejection: Rejection | undefined;
}
