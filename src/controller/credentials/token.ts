import type { Result } from '../../lib/result.ts';

/** An access token, or a key that is good for a while, as it comes from whoever gives it out. */
export interface Token<Value = string> {
  readonly value: Value;
  /** From when it was asked for. */
  readonly lifeMs: number;
}

/** Asks for a token once. The error is for the status of whoever wants it: it holds nothing secret. */
export type TokenSource<Value = string> = (signal: AbortSignal) => Promise<Result<Token<Value>>>;
