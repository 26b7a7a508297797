/** Parts of texts. They leave out what is absent, and shorten what callers wrote. */
import { spokenDuration } from '../lib/duration.ts';
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
  const { retryAfterSeconds: seconds } = params;
  return seconds === undefined ? 'Try again later.' : `Try again in ${spokenDuration(seconds * 1_000)}.`;
}

/** What is short about a budget, and what helps: waiting and raising it help no model whose price is unknown. */
export function shortOfBudget({ limit, shortage, retryAfterSeconds: seconds }: ErrorParams): string {
  if (shortage === 'price') {
    return (
      `The budget${quoted(limit)} cannot pay for this model: nobody has said what it costs. ` +
      'Ask the operator of this gateway to state its price, or use another model.'
    );
  }
  const isLittle = shortage === 'little';
  const first = isLittle ? 'Ask for fewer tokens, or ask' : 'Ask';
  const anew = seconds === undefined ? '' : `It begins anew in ${spokenDuration(seconds * 1_000)}. `;
  return (
    `The budget${quoted(limit)} ${isLittle ? 'has less left than this request may cost' : 'is used up'}. ` +
    `${anew}${first} the operator of this gateway to raise it.`
  );
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
