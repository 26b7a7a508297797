import { labelName, labelValue } from '../label.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, required } from '../schema/field.ts';
import { list, set } from '../schema/list.ts';
import { map } from '../schema/map.ts';
import { object } from '../schema/object.ts';
import { reject, under } from '../schema/place.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';

const hasValues = '(has(self.values) && self.values.size() > 0)';

const expression = refine(
  ruled(
    object({
      key: required(labelName, 'Name of a label.'),
      operator: required(
        enumeration(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        'How the label’s value is compared with those given.',
      ),
      values: defaulted(set(labelValue), [], 'Values; none for Exists and DoesNotExist.'),
    }),
    {
      rule: `!(self.operator in ["In", "NotIn"]) || ${hasValues}`,
      message: 'add the values: [prod]',
      fieldPath: '.values',
    },
    {
      rule: `self.operator in ["In", "NotIn"] || !${hasValues}`,
      message: 'remove it: Exists and DoesNotExist compare nothing',
      fieldPath: '.values',
    },
  ),
  (spec, place) => {
    const needsValues = spec.operator === 'In' || spec.operator === 'NotIn';
    if (needsValues === spec.values.length > 0) return spec;
    const here = under(place, 'values');
    if (needsValues) return reject(here, `is empty, and ${spec.operator} compares`, 'add the values: [prod]');
    return reject(here, `is given, but ${spec.operator} compares nothing`, 'remove it');
  },
);

/** Kubernetes' way to say "those with these labels". Without conditions: all. */
export const selectorFields = {
  matchLabels: defaulted(map(labelName, labelValue), {}, 'Labels with exactly these values.'),
  matchExpressions: defaulted(list(expression), [], 'Further conditions; all must hold.'),
};

export const labelSelector = object(selectorFields);

export type LabelSelector = Infer<typeof labelSelector>;

/** Labels that nobody knows fulfil no condition: `NotIn` and `DoesNotExist` would else select what they are to leave out. */
export function selects(selector: LabelSelector, labels: ReadonlyMap<string, string> | undefined): boolean {
  if (labels === undefined) {
    return selector.matchExpressions.length === 0 && Object.keys(selector.matchLabels).length === 0;
  }
  return (
    Object.entries(selector.matchLabels).every(([name, value]) => labels.get(name) === value) &&
    selector.matchExpressions.every(({ key, operator, values }) => {
      const value = labels.get(key);
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      const isListed = value !== undefined && values.includes(value);
      return operator === 'In' ? isListed : !isListed;
    })
  );
}
