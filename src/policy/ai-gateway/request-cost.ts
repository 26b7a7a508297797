import { enumeration } from '../schema/enumeration.ts';
import { optional, required } from '../schema/field.ts';
import { uniqueRule } from '../schema/field-rules.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { reject, under } from '../schema/place.ts';
import { refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { text } from '../schema/text.ts';
import { except } from '../schema/verdict.ts';
import { unique } from './unique.ts';

export const costExpression = text({
  // Over several lines, as YAML folds them.
  pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]+$',
  longest: 4096,
  complaint: 'is not an expression',
  remedy: 'write an expression in CEL, such as input_tokens + output_tokens * 6u',
});

/** What the model build counts. */
export const countedExpressions =
  'arithmetic, conditions, lists behind in, and startsWith, endsWith and contains; an expression with more is reported';

const costTypes = [
  'InputToken',
  'CachedInputToken',
  'CacheCreationInputToken',
  // The same, as manifests of v1alpha1 call it.
  'CachedWriteInputToken',
  'OutputToken',
  'ReasoningToken',
  'TotalToken',
  'CEL',
] as const;

const requestCost = refine(
  ruled(
    object({
      metadataKey: required(
        text({ longest: 128, complaint: 'is not a key', remedy: 'write a name such as llm_total_token' }),
        'What limits call it.',
      ),
      type: required(enumeration(costTypes), 'What is counted; CEL: what the expression says.'),
      cel: optional(
        except(costExpression, countedExpressions),
        'What a request costs, as a whole number that is not negative.',
      ),
    }),
    {
      rule: 'self.type != "CEL" || has(self.cel)',
      message: 'add cel: input_tokens + output_tokens',
      fieldPath: '.cel',
    },
  ),
  (spec, place) => {
    if ((spec.type === 'CEL') === (spec.cel !== undefined)) return spec;
    const here = under(place, 'cel');
    if (spec.cel === undefined) return reject(here, 'is missing: type is CEL', 'add cel: input_tokens + output_tokens');
    return reject(here, `is given, but type is ${spec.type}`, 'write type: CEL, or remove cel');
  },
);

export const requestCosts = refine(
  ruled(list(requestCost, { most: 36 }), uniqueRule('metadataKey')),
  unique('metadataKey'),
);
