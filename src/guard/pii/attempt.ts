import { Context, type ContextIndex } from './context.ts';

/** A text that is looked at. All reading to the right goes through `codeAt`, so that `sawEnd` is the truth. */
export interface Attempt {
  readonly text: string;
  /** Name of the member that holds the text, as if it stood before it. */
  readonly field: string | undefined;
  readonly contextIndex: ContextIndex;
  /** See `contextOf`. */
  context: Context | undefined;
  /** Whether the end of the text was looked at: more text could have led elsewhere. */
  sawEnd: boolean;
  /** Whether a number can begin at `boundaryAt`: all kinds ask. */
  isBoundary: boolean;
  boundaryAt: number;
}

export function newAttempt(text: string, field: string | undefined, contextIndex: ContextIndex): Attempt {
  return { text, field, contextIndex, context: undefined, sawEnd: false, isBoundary: false, boundaryAt: -1 };
}

/** What stands before places of the text: most texts have nothing in them that asks for it. */
export function contextOf(attempt: Attempt): Context {
  attempt.context ??= new Context(attempt.contextIndex, attempt.text, attempt.field);
  return attempt.context;
}

/** Code at a position, -1 behind the end. */
export function codeAt(attempt: Attempt, at: number): number {
  if (at < attempt.text.length) return attempt.text.charCodeAt(at);
  attempt.sawEnd = true;
  return -1;
}

/** Code before a position, -1 at the beginning. */
export function codeBefore(attempt: Attempt, at: number): number {
  return at > 0 ? attempt.text.charCodeAt(at - 1) : -1;
}
