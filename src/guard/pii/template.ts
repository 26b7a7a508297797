import { type Attempt, codeAt } from './attempt.ts';
import { isDigit, isLetter, isLetterOrDigit, isLower, separatorOf } from './characters.ts';
import type { Lead } from './lead.ts';

/**
 * Form of a number: `9` a digit, `A` a letter, `N` one of both, `.` `-` `/` themselves, `~` a blank, hyphen or dot, the
 * same one at every `~`, or nothing at every `~`.
 */
export type Template = string;

export interface Filled {
  /** Excluded. */
  readonly end: number;
  /** Letters and digits, upper case. */
  readonly value: string;
  /** What stood at `~`, or the first other sign; empty: nothing at all. */
  readonly separator: string;
  readonly hasLowerCase: boolean;
}

/** Reads no further than the first character that does not fit. */
export function fill(template: Template, attempt: Attempt, start: number): Filled | undefined {
  let at = start;
  let separator: string | undefined;
  let literal = '';
  let hasLowerCase = false;
  for (let index = 0; index < template.length; index += 1) {
    const part = template.charCodeAt(index);
    const code = codeAt(attempt, at);
    if (part === 57) {
      if (!isDigit(code)) return undefined;
    } else if (part === 126) {
      const found = separatorOf(code);
      if (separator === undefined) separator = found;
      else if (found !== separator) return undefined;
      if (found === '') continue;
    } else if (part === 65 || part === 78) {
      if (!(part === 65 ? isLetter(code) : isLetterOrDigit(code))) return undefined;
      hasLowerCase ||= isLower(code);
    } else {
      if (code !== part && separatorOf(code) !== template[index]) return undefined;
      literal = template.charAt(index);
    }
    at += 1;
  }
  const value = lettersAndDigits(attempt.text, start, at);
  const isMarked = separator !== undefined && separator !== '';
  return {
    end: at,
    value: hasLowerCase ? value.toUpperCase() : value,
    separator: isMarked ? (separator ?? '') : literal,
    hasLowerCase,
  };
}

/** Group by group: in a text full of numbers a regular expression for each of them would take most of the time. */
function lettersAndDigits(text: string, start: number, end: number): string {
  let found = '';
  let group = start;
  for (let at = start; at < end; at += 1) {
    if (isLetterOrDigit(text.charCodeAt(at))) continue;
    found += text.slice(group, at);
    group = at + 1;
  }
  return found + text.slice(group, end);
}

/** Whether what fits can begin like this. */
export function beginsLike(template: Template, lead: Lead): boolean {
  return leads(template, lead, true) || leads(template, lead, false);
}

function leads(template: Template, lead: Lead, isSeparated: boolean): boolean {
  const own = lead.isDigits ? '9' : 'A';
  let count = 0;
  for (const part of template) {
    if (part === '~' && !isSeparated) continue;
    if (part === own || part === 'N') {
      if (part === 'N' && count === lead.count && lead.next === 'other') return true;
      count += 1;
    } else return count === lead.count && lead.next === (part === '9' || part === 'A' ? 'other' : 'separator');
  }
  return count === lead.count && lead.next !== 'other';
}
