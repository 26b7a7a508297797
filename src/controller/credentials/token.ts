import type { Result } from '../../lib/result.ts';

/** An access token, as it comes from whoever gives it out. */
export interface Token {
  readonly value: string;
  /** From when it was asked for. */
  readonly lifeMs: number;
}

/** Asks for a token once. The error is for the status of whoever wants it: it holds nothing secret. */
export type TokenSource = (signal: AbortSignal) => Promise<Result<Token>>;
