import type { Verdict } from './validators/verdict.ts';

/**
 * Form of a number: `9` a digit, `A` a letter, `N` one of both, `.` `-` `/` themselves, `~` a blank, hyphen or dot, the
 * same one at every `~`, or nothing at every `~`.
 */
export type Template = string;

/** A number that somebody issues in fixed forms. */
export interface NumberForm {
  readonly entity: string;
  readonly templates: readonly Template[];
  /** Of its form alone. */
  readonly score: number;
  /** Letters and digits without separators, upper case. */
  readonly judge: (value: string) => Verdict;
  /** Name of what makes it valid. */
  readonly validator: string | undefined;
  /** `bare`: when nothing separates its digits; `unless-hyphen`: blanks do not count either. */
  readonly needsContext: 'always' | 'bare' | 'unless-hyphen' | 'never';
}

/** One way to write a number: a template with the same sign at every `~`. */
export interface Spelling {
  readonly signs: string;
  /** What stood at `~`, or the last other sign; empty: nothing at all. */
  readonly separator: string;
}

/** Longest spelling and what must be seen behind it. */
export function numberReach(form: NumberForm): number {
  return Math.max(...form.templates.map((template) => template.length)) + 2;
}

export function spellingsOf(template: Template): readonly Spelling[] {
  const literal = template.replace(/[9AN~]/g, '').at(-1) ?? '';
  if (!template.includes('~')) return [{ signs: template, separator: literal }];
  return ['', ' ', '-', '.'].map((separator) => ({
    signs: template.replaceAll('~', separator),
    separator: separator === '' ? literal : separator,
  }));
}

/** Whether what is spelled like this counts only behind one of the words of its context. */
export function isUnclear({ needsContext }: NumberForm, { signs, separator }: Spelling): boolean {
  switch (needsContext) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'bare':
      return separator === '' && !/[AN]/.test(signs);
    case 'unless-hyphen':
      return separator !== '-';
  }
}
