import { documentReference, modelName } from './name.ts';
import { pricing } from './pricing.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { integer } from './schema/integer.ts';
import { list } from './schema/list.ts';
import { object } from './schema/object.ts';
import { invalid, type Parsed } from './schema/parsed.ts';
import { type Place, reject, under, warn } from './schema/place.ts';
import { type Infer, refine, type Schema } from './schema/schema.ts';
import { ruled } from './schema/server-notes.ts';

const target = object({
  provider: required(documentReference, 'Name of a Provider; NAMESPACE/NAME if it is in another namespace.'),
  model: optional(modelName, 'The provider’s own name for the model; as the caller wrote it if absent.'),
  priority: defaulted(integer({ from: 0, to: 127 }), 0, 'Lower first; the next one is tried when one failed.'),
  weight: defaulted(integer({ from: 0, to: 1_000_000 }), 1, 'Share among targets of the same priority; 0: none.'),
  pricing: optional(pricing, 'What this target costs, where it is not what the Model says.'),
});

export type TargetSpec = Infer<typeof target>;

/** A chain: who is asked, in which order. Used by a Model and by a key’s own routing. */
export const targets: Schema<readonly TargetSpec[]> = ruled(
  refine(
    list(target, {
      least: 1,
      most: 64,
      emptyRemedy: 'give at least one target: {provider: NAME, model: NAME}',
    }),
    check,
  ),
  {
    rule: 'self.all(one, one.weight > 0 || self.exists(other, other.priority == one.priority && other.weight > 0))',
    message: 'give one of the targets of each priority a weight above 0, or remove them',
  },
);

function check(chain: readonly TargetSpec[], place: Place): Parsed<readonly TargetSpec[]> {
  warnOfRepetition(chain, place);
  let isValid = true;
  for (const priority of new Set(chain.map((entry) => entry.priority))) {
    const equals = chain.filter((entry) => entry.priority === priority);
    if (equals.some((entry) => entry.weight > 0)) continue;
    const message = `no target of priority ${priority} has a weight above 0`;
    reject(place, message, 'give one of them a weight, or remove them');
    isValid = false;
  }
  return isValid ? chain : invalid;
}

function warnOfRepetition(chain: readonly TargetSpec[], place: Place): void {
  const seen = new Set<string>();
  for (const [index, entry] of chain.entries()) {
    const key = JSON.stringify([entry.priority, entry.provider, entry.model]);
    if (seen.has(key)) {
      const message = `names provider ${entry.provider} with the same model and priority as a target before it`;
      warn(under(place, index), message, 'add up their weights in one target');
    }
    seen.add(key);
  }
}
