import { isMap } from '../../../src/policy/schema/object.ts';
import type { Refusal } from '../kube-api/asking.ts';
import { type FieldPath, type FieldRule, type FieldSchema, fieldPattern, fieldsOf, pathText } from './fields.ts';

/** A condition in CEL at one place of a definition. The same one may stand at several. */
export interface PlacedRule extends FieldRule {
  readonly path: FieldPath;
}

export function rulesOf(schema: FieldSchema): readonly PlacedRule[] {
  return [...fieldsOf(schema)].flatMap(({ path, schema: field }) =>
    (field['x-kubernetes-validations'] ?? []).map((rule) => ({ ...rule, path })),
  );
}

export function ruleText({ path, rule, message }: PlacedRule): string {
  return `${pathText(path)}: ${rule} (${message})`;
}

/** The same for the same condition, wherever it stands. */
export function ruleKey({ rule, message, fieldPath = '' }: FieldRule): string {
  return JSON.stringify([rule, message, fieldPath]);
}

/** The refusal that is due to this condition at this place. */
export function refusalBy(placed: PlacedRule, refusals: readonly Refusal[]): Refusal | undefined {
  const { path, message, fieldPath = '' } = placed;
  const pattern = fieldPattern([...path, ...fieldPath.split('.').slice(1)]);
  return refusals.find((refusal) => pattern.test(refusal.field) && refusal.message.endsWith(message));
}

/** What the condition looked at in the object that was refused. */
export function valueJudged({ fieldPath = '' }: FieldRule, { field }: Refusal, object: unknown): unknown {
  const place = field.slice(0, field.length - fieldPath.length);
  const steps = [...place.matchAll(/\[([^\]]+)\]|[^.[]+/g)].map(([name, inBrackets]) => inBrackets ?? name);
  return steps.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isMap(value) ? value[step] : undefined;
  }, object);
}
