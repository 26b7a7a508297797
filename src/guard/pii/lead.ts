import { isDigit, isHex, isLetter, isLetterOrDigit, separatorOf } from './characters.ts';

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
    count: countOf(code),
    next: nexts[code & ((1 << nextBits) - 1)] ?? 'end',
  };
}

export function countOf(code: LeadCode): number {
  return (code >> nextBits) & longest;
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
  return leadBetween(text, start, leadEnd(text, start));
}

/** `end`: what `leadEnd` says. */
export function leadBetween(text: string, start: number, end: number): LeadCode {
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

/** How a word of hexadecimal digits begins: how many they are, and what follows them. */
export interface HexLead {
  /** Up to four. */
  readonly count: number;
  readonly sign: HexSign;
}

export type HexSign = ':' | '.' | '-';

const hexSigns: readonly HexSign[] = [':', '.', '-'];
const longestGroup = 4;

/** A hexadecimal lead as a number. */
export type HexLeadCode = number;

export const hexLeads: readonly HexLead[] = Array.from({ length: (longestGroup + 1) * hexSigns.length }, (_, code) => ({
  count: Math.floor(code / hexSigns.length),
  sign: hexSigns[code % hexSigns.length] ?? ':',
}));

/** -1: no group with a sign behind it; most words and numbers are none. */
export function hexLeadAt(text: string, start: number): HexLeadCode {
  let end = start;
  while (end - start < longestGroup && isHex(text.charCodeAt(end))) end += 1;
  const next = text.charCodeAt(end);
  const sign = next === 58 ? 0 : next === 46 ? 1 : next === 45 ? 2 : -1;
  return sign < 0 ? -1 : (end - start) * hexSigns.length + sign;
}
