import { modelName } from './name.ts';
import { pricing } from './pricing.ts';
import { retry } from './retry.ts';
import { boolean } from './schema/boolean.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { set } from './schema/list.ts';
import { object } from './schema/object.ts';
import type { Parsed } from './schema/parsed.ts';
import { type Place, reject, under } from './schema/place.ts';
import { quantity } from './schema/quantity.ts';
import { type Infer, refine, type Schema } from './schema/schema.ts';
import { ruled } from './schema/server-notes.ts';
import { targets } from './target.ts';

const tokens = quantity({ from: 1, to: 1_000_000_000 });

const fields = object({
  name: optional(modelName, 'What callers write, where metadata.name cannot say it: openai/gpt-4o.'),
  aliases: defaulted(set(modelName), [], 'Other names for the same model.'),
  targets: required(targets, 'Who is asked, in which order.'),
  retry: defaulted(retry, {}, 'Which failures lead to the next target, and how long an attempt may take.'),
  pricing: optional(pricing, 'What the model costs; unknown if absent.'),
  limits: defaulted(
    object({
      contextWindow: optional(tokens, 'Most tokens of prompt and answer together.'),
      maxOutput: optional(tokens, 'Most tokens of an answer.'),
    }),
    {},
    'What the model can take.',
  ),
  enabled: defaulted(boolean, true, 'false: refused as if it did not exist.'),
  listed: defaulted(boolean, true, 'false: usable, but not shown by /v1/models.'),
});

/** A logical model: a name for callers, and the chain behind it. */
export type ModelSpec = Omit<Infer<typeof fields>, 'name'> & { readonly name: string };

export const modelSpec: Schema<ModelSpec> = ruled(refine(fields, complete), {
  rule: '!has(self.name) || !has(self.aliases) || !(self.name in self.aliases)',
  message: 'remove it: it is the name of the model itself',
  fieldPath: '.aliases',
});

function complete(spec: Infer<typeof fields>, place: Place): Parsed<ModelSpec> {
  const name = spec.name ?? place.facts.name;
  const repeated = spec.aliases.indexOf(name);
  if (repeated >= 0) {
    return reject(under(under(place, 'aliases'), repeated), `${name} is the name of the model itself`, 'remove it');
  }
  return { ...spec, name };
}
