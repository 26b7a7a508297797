import { isMap } from '../../src/policy/schema/object.ts';
import type { Path } from '../../src/policy/schema/place.ts';
import type { JsonSchema } from '../../src/policy/schema/schema.ts';

/** Of one field: what is written there, and the schema that checks it. */
export interface Written {
  readonly path: Path;
  readonly value: unknown;
}

/** Everything that is written in a map, at whatever depth. */
export function writtenIn(value: unknown, path: Path = []): Written[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => writtenIn(each, [...path, index]));
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => [
    { path: [...path, name], value: each },
    ...writtenIn(each, [...path, name]),
  ]);
}

/** As the rows of the page have it: `spec.rules[].name`. */
export function rowOf(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? '[]' : `.${step}`))
    .join('')
    .slice(1);
}

/** Stands for nothing being written. */
export const removed = Symbol('removed');

/** What else might stand there, the most telling first. Most of it is not valid everywhere, which is for the caller to see. */
export function otherValues({ value }: Written, json: JsonSchema): readonly unknown[] {
  const listed = listedValues(json).filter((each) => each !== value);
  return [...listed, ...valuesLike(value), removed];
}

/** All that is possible, where that is a list. */
export function listedValues(json: JsonSchema): readonly unknown[] {
  if (Array.isArray(json.enum)) return json.enum;
  return 'const' in json ? [json.const] : [];
}

function valuesLike(value: unknown): readonly unknown[] {
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 1, value - 1];
  if (typeof value === 'string') return [`1${value}`, `${value}1`, `${value}/x`, '77s', '9Mi', 'other'];
  if (Array.isArray(value))
    return [value.slice(1), ...value.flatMap((each) => valuesLike(each).map((other) => [other]))];
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    valuesLike(each).map((other) => ({ ...value, [name]: other })),
  );
}

/** The same map with something else at that place. */
export function replaced<T>(whole: T, path: Path, value: unknown): T {
  const copy = structuredClone(whole);
  let parent: unknown = copy;
  for (const step of path.slice(0, -1)) parent = (parent as Record<string | number, unknown>)[step];
  const last = path.at(-1);
  if (last === undefined) return copy;
  if (value === removed) delete (parent as Record<string | number, unknown>)[last];
  else (parent as Record<string | number, unknown>)[last] = value;
  return copy;
}
