/** Parts of texts. They leave out what is absent, and shorten what callers wrote. */
import type { ErrorParams } from './row.ts';

const longestQuote = 120;

export function quoted(text: string | undefined): string {
  return text === undefined ? '' : ` "${clip(text)}"`;
}

export function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${clip(reason)}`;
}

export function whenRoomIs(params: ErrorParams): string {
  if (params.isTooLarge === true) return 'Send a shorter prompt, or ask for fewer tokens.';
  return params.retryAfterSeconds === undefined ? 'Try again later.' : `Try again in ${params.retryAfterSeconds} s.`;
}

export function useInstead(params: ErrorParams): string {
  return params.allow === undefined || params.allow.length === 0 ? '' : ` Use ${params.allow.join(' or ')}.`;
}

/** Cuts between code points: half a surrogate pair is not a character. */
export function clip(text: string): string {
  if (text.length <= longestQuote) return text;
  const end = (text.codePointAt(longestQuote - 1) ?? 0) > 0xffff ? longestQuote - 1 : longestQuote;
  return `${text.slice(0, end)}…`;
}
