import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { notedJson } from './server-notes.ts';
import { kindOf, show } from './show.ts';

export interface TextRule {
  /** Whole text; also the JSON Schema's pattern, so no flags and no lookbehind. */
  readonly pattern?: string;
  readonly longest?: number;
  /** Said of a value that breaks the rule: `… is not a host name`. */
  readonly complaint: string;
  readonly remedy: string;
  /** The value may be a secret that somebody put in the wrong place: messages do not repeat it. */
  readonly isPrivate?: boolean;
}

export function text(rule: TextRule): Schema<string> {
  const pattern = new RegExp(rule.pattern ?? '^[^\\u0000-\\u001f\\u007f]+$', 'u');
  const longest = rule.longest ?? 253;
  return {
    json: notedJson(
      { type: 'string', minLength: 1, maxLength: longest, pattern: pattern.source },
      { remedy: rule.remedy },
    ),
    parse: (value, place) => {
      const name = rule.isPrivate === true ? 'the value (not repeated here)' : show(value);
      if (typeof value !== 'string') {
        const what = rule.isPrivate === true ? kindOf(value) : show(value);
        return reject(place, `${what} is not a text`, quoteRemedy(value, rule));
      }
      if (value.length > longest) return reject(place, `${name} is longer than ${longest} characters`, rule.remedy);
      if (!pattern.test(value)) return reject(place, `${name} ${rule.complaint}`, rule.remedy);
      return value;
    },
  };
}

/** `model: 4.1` and `team: yes` are a number and a boolean to YAML. */
function quoteRemedy(value: unknown, rule: TextRule): string {
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  return isScalar && rule.isPrivate !== true ? `put it in quotes: "${value}"` : rule.remedy;
}
