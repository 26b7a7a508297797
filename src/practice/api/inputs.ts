import { countTokens } from '../text.ts';

/** A text, or the tokens that a client has made of one. */
export type Input = string | readonly number[];

/** One input or several, each of them a text or tokens; undefined if it is neither. */
export function inputsOf(input: unknown): readonly Input[] | undefined {
  if (typeof input === 'string') return [input];
  if (!Array.isArray(input) || input.length === 0) return undefined;
  const list: readonly unknown[] = input;
  if (isTokens(list)) return [list];
  return list.every((item) => typeof item === 'string' || (Array.isArray(item) && isTokens(item)))
    ? (list as readonly Input[])
    : undefined;
}

export function tokensOf(input: Input): number {
  return typeof input === 'string' ? countTokens(input.length) : input.length;
}

function isTokens(list: readonly unknown[]): list is readonly number[] {
  return list.every((item) => typeof item === 'number');
}
