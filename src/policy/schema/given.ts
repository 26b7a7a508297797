import { type Place, reject } from './place.ts';
import { choices } from './show.ts';

/** The one of these fields that is there. None or several is said, and undefined. */
export function exactlyOneOf<const N extends string>(
  value: { readonly [name in N]?: unknown },
  names: readonly N[],
  place: Place,
  remedy: string,
): N | undefined {
  const given = names.filter((name) => value[name] !== undefined);
  const [only] = given;
  if (only === undefined) {
    reject(place, `has none of ${choices(names)}`, remedy);
    return undefined;
  }
  if (given.length === 1) return only;
  reject(place, `${given.join(' and ')} are given together`, `keep exactly one of ${choices(names)}`);
  return undefined;
}

/** The same for editors. */
export function exactlyOneRequired(names: readonly string[]): { readonly oneOf: readonly unknown[] } {
  return { oneOf: names.map((name) => ({ required: [name] })) };
}
