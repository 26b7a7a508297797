import { beginsNumber, endsNumber, isCrowded } from './boundary.ts';
import { isDigit, isLetter } from './characters.ts';
import type { Matcher } from './match.ts';
import { beginsLike, fill, type Template } from './template.ts';
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

/** One matcher for each template: how a word begins says which of them to try. */
export function numberMatchers(form: NumberForm): readonly Matcher[] {
  return form.templates.map((template) => numberMatcher(form, template));
}

function numberMatcher(form: NumberForm, template: Template): Matcher {
  const first = template[0];
  return {
    entity: form.entity,
    trigger: 'digit',
    reach: template.length + 2,
    begins: (code) => (first !== 'A' && isDigit(code)) || (first !== '9' && isLetter(code)),
    beginsLike: (lead) => beginsLike(template, lead),
    match: (attempt, start) => {
      if (!beginsNumber(attempt, start)) return undefined;
      const filled = fill(template, attempt, start);
      if (filled === undefined || !endsNumber(attempt, filled.end)) return undefined;
      const verdict = form.judge(filled.value);
      if (verdict === 'invalid') return undefined;
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
