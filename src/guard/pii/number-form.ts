import { beginsNumber, endsNumber, isCrowded } from './boundary.ts';
import { isDigit, isLetter, isLetterOrDigit } from './characters.ts';
import type { Matcher } from './match.ts';
import { fill, type Template } from './template.ts';
import type { Verdict } from './validators/verdict.ts';

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

export function numberMatcher(form: NumberForm): Matcher {
  const firsts = new Set(form.templates.map((template) => template[0]));
  const longest = Math.max(...form.templates.map((template) => template.length));
  return {
    entity: form.entity,
    trigger: 'digit',
    reach: longest + 2,
    begins: (code) =>
      (firsts.has('9') && isDigit(code)) ||
      (firsts.has('A') && isLetter(code)) ||
      (firsts.has('N') && isLetterOrDigit(code)),
    match: (attempt, start) => {
      if (!beginsNumber(attempt, start)) return undefined;
      for (const template of form.templates) {
        const filled = fill(template, attempt, start);
        if (filled === undefined || !endsNumber(attempt, filled.end)) continue;
        const verdict = form.judge(filled.value);
        if (verdict === 'invalid') continue;
        const isValid = verdict === 'valid';
        return {
          end: filled.end,
          score: isValid ? 1 : form.score,
          validator: isValid ? form.validator : undefined,
          needsContext:
            filled.hasLowerCase ||
            isUnclear(form.needsContext, filled.value, filled.separator) ||
            (filled.separator === ' ' && isCrowded(attempt, start, filled.end)),
        };
      }
      return undefined;
    },
  };
}

const digitsOnly = /^[0-9]+$/;

function isUnclear(needsContext: NumberForm['needsContext'], value: string, separator: string): boolean {
  switch (needsContext) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'bare':
      return separator === '' && digitsOnly.test(value);
    case 'unless-hyphen':
      return separator !== '-';
  }
}
