import { isDigit, isLetter, isLetterOrDigit, separatorOf } from './characters.ts';

/** How a word begins: enough to know which kinds of numbers it cannot be. */
export interface Lead {
  readonly isDigits: boolean;
  /** Digits, or letters, that it begins with. */
  readonly count: number;
  readonly next: Next;
}

/** What follows them: nothing that belongs to them, a separator and more, or letters behind digits and the reverse. */
export type Next = 'end' | 'separator' | 'other';

const nexts: readonly Next[] = ['end', 'separator', 'other'];
const countBits = 5;
const nextBits = 2;
const longest = (1 << countBits) - 1;
const slash = 47;

/** A lead and its first character as a number. */
export type LeadCode = number;

export const leadCodes = 128 << (countBits + nextBits);

export function firstOf(code: LeadCode): number {
  return code >> (countBits + nextBits);
}

export function leadOf(code: LeadCode): Lead {
  return {
    isDigits: isDigit(firstOf(code)),
    count: (code >> nextBits) & longest,
    next: nexts[code & ((1 << nextBits) - 1)] ?? 'end',
  };
}

/** Behind the digits or the letters that begin here. */
export function leadEnd(text: string, start: number): number {
  const isSame = isDigit(text.charCodeAt(start)) ? isDigit : isLetter;
  let end = start;
  while (end - start < longest && isSame(text.charCodeAt(end))) end += 1;
  return end;
}

/** Of an ASCII character. */
export function leadAt(text: string, start: number): LeadCode {
  const end = leadEnd(text, start);
  return (text.charCodeAt(start) << (countBits + nextBits)) | ((end - start) << nextBits) | nextAt(text, end);
}

function nextAt(text: string, end: number): number {
  const code = text.charCodeAt(end);
  if (isLetterOrDigit(code)) return 2;
  const separator = separatorOf(code);
  if (separator === '' && code !== slash) return 0;
  const following = text.charCodeAt(end + 1);
  return (separator === ' ' ? isDigit(following) : isLetterOrDigit(following)) ? 1 : 0;
}
