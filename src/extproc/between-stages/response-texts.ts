import type { Rejection } from '../rejection.ts';

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
  /** Once nothing goes out any more: what stood before the place where it ended. */
  readonly last?: string;
}

/** A text of a stream that is judged window by window, by somebody who must be asked. */
export interface WindowedText {
  push(text: string): void;
  /** The text is complete. */
  end(): void;
  /**
   * Judges what is due. `done` is called when it is, with false when nothing may go out any more; never before this
   * returns. False: nothing is due.
   */
  judge(done: (isReadable: boolean) => void): boolean;
  /** What has become readable since it was asked last. */
  take(): string;
}

/** Decides what the caller may read of a response. */
export interface ResponseTexts {
  /** Something may be changed or refused: what cannot be read must not pass. Otherwise everything does. */
  readonly isEnforcing: boolean;
  /** Some rule can only judge what is complete: a stream is held until its end. */
  readonly isWhole: boolean;
  /** Some rule asks a service about windows of a stream. */
  readonly isWindowed: boolean;
  /** For a text of a stream, where `isWindowed` is set and `isWhole` is not. */
  openWindowed(role: string, field?: string): WindowedText;
  /** For a text of a stream, where neither is set. */
  open(role: string, field?: string): ChangingText;
  /**
   * Judges complete texts. `done` is called once, perhaps before this returns, with each text as it may be read, in their
   * order; with undefined when the caller gets nothing of them.
   */
  judge(texts: readonly ResponseText[], done: (readable: readonly string[] | undefined) => void): void;
  /** Why nothing goes out any more. */
  readonly rejection: Rejection | undefined;
}
