import { type Field, type FieldPath, type FieldSchema, fieldPattern, fieldsOf, pathText } from './fields.ts';
import { sampleOf, samplesOf, takes } from './sample.ts';

/** Something that a schema alone refuses, without conditions between fields. */
export interface Violation {
  /** What is wrong: `of another type`. */
  readonly what: string;
  /** Where the wrong value goes. */
  readonly path: FieldPath;
  readonly value: unknown;
  /** The field that an API server blames. */
  readonly blamed: FieldPath;
  /** Part of what it says. */
  readonly says: RegExp;
}

/** All that can be made wrong in a field and below it, by what its schema says. */
export function violationsOf(schema: FieldSchema, path: FieldPath): readonly Violation[] {
  return [...fieldsOf(schema, path)].flatMap((field) =>
    [ofAnotherType, ofAnotherValue, outOfRange, ofAnotherLength, ofAnotherForm, withoutFields].flatMap((rule) =>
      rule(field),
    ),
  );
}

export function violationText({ path, what }: Violation): string {
  return `${pathText(path)} ${what}`;
}

export function isBlamed(violation: Violation, refusals: readonly { field: string; message: string }[]): boolean {
  const pattern = fieldPattern(violation.blamed);
  return refusals.some(({ field, message }) => pattern.test(field) && violation.says.test(message));
}

/** As few groups as it takes for none to have something in it whose place is inside of another's. */
export function groupedByPlace(violations: readonly Violation[]): readonly (readonly Violation[])[] {
  const groups: Violation[][] = [];
  for (const violation of violations) {
    const fitting = groups.find((group) =>
      group.every((other) => !isWithin(violation, other) && !isWithin(other, violation)),
    );
    if (fitting === undefined) groups.push([violation]);
    else fitting.push(violation);
  }
  return groups;
}

function isWithin({ path }: Violation, outer: Violation): boolean {
  return outer.path.every((step, index) => path[index] === step);
}

function ofAnotherType({ path, schema }: Field): readonly Violation[] {
  const others = { object: 'no', array: 'no', string: {}, integer: 'no', number: 'no', boolean: 'no' };
  const value = schema['x-kubernetes-int-or-string']
    ? true
    : schema.type === undefined
      ? undefined
      : others[schema.type];
  if (value === undefined) return [];
  return [{ what: 'of another type', path, value, blamed: path, says: /must be of type|expected/ }];
}

function ofAnotherValue({ path, schema }: Field): readonly Violation[] {
  if (schema.enum === undefined) return [];
  const value = schema.type === 'integer' ? 424_242 : 'no such value';
  return [{ what: 'of an unknown value', path, value, blamed: path, says: /Unsupported value/ }];
}

function outOfRange({ path, schema: { minimum, maximum } }: Field): readonly Violation[] {
  const below = { what: 'too small', says: /should be greater than or equal to/ };
  const above = { what: 'too large', says: /should be less than or equal to/ };
  return [
    ...(minimum === undefined ? [] : [{ ...below, path, blamed: path, value: minimum - 1 }]),
    ...(maximum === undefined ? [] : [{ ...above, path, blamed: path, value: maximum + 1 }]),
  ];
}

function ofAnotherLength({ path, schema }: Field): readonly Violation[] {
  const { minLength = 0, maxLength, minItems = 0, maxItems, maxProperties, items, additionalProperties } = schema;
  const [few, many] = [/should be at least|should have at least/, /Too (?:many|long)|may not be (?:longer|more)/];
  const found: Omit<Violation, 'path' | 'blamed'>[] = [];
  if (minLength > 0) found.push({ what: 'too short', value: '', says: few });
  if (maxLength !== undefined) found.push({ what: 'too long', value: 'a'.repeat(maxLength + 1), says: many });
  if (minItems > 0) found.push({ what: 'with too few entries', value: [], says: few });
  if (maxItems !== undefined && items !== undefined) {
    found.push({ what: 'with too many entries', value: samplesOf(items, maxItems + 1), says: many });
  }
  if (maxProperties !== undefined && additionalProperties !== undefined) {
    const entries = Array.from({ length: maxProperties + 1 }, (_, index) => [
      `k${index}`,
      sampleOf(additionalProperties),
    ]);
    found.push({ what: 'with too many keys', value: Object.fromEntries(entries), says: many });
  }
  return found.map((each) => ({ ...each, path, blamed: path }));
}

/** A character that hardly anything may hold. */
const odd = '\u0001';

function ofAnotherForm({ path, schema }: Field): readonly Violation[] {
  if (schema.pattern === undefined || takes({ pattern: schema.pattern }, odd)) return [];
  return [{ what: 'of another form', path, value: odd, blamed: path, says: /should match/ }];
}

function withoutFields({ path, schema }: Field): readonly Violation[] {
  return (schema.required ?? []).map((name) => {
    const others = (schema.required ?? []).filter((other) => other !== name);
    const value = Object.fromEntries(others.map((other) => [other, sampleOf(schema.properties?.[other] ?? {})]));
    return { what: `without ${name}`, path, value, blamed: [...path, name], says: /Required value/ };
  });
}
