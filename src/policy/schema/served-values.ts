import { suggest } from '../../lib/suggest.ts';
import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { choices, show } from './show.ts';
import { except, refuse } from './verdict.ts';

/** Values of a foreign vocabulary: those that are served, and those that are not, each with the sentence why. */
export function servedValues<const T extends string>(
  served: readonly T[],
  others: { readonly [value: string]: string },
): Schema<T> {
  const all = [...served, ...Object.keys(others)];
  const schema: Schema<T> = {
    json: { enum: all },
    parse: (value, place) => {
      const found = served.find((candidate) => candidate === value);
      if (found !== undefined) return found;
      const why = typeof value === 'string' && Object.hasOwn(others, value) ? others[value] : undefined;
      if (why !== undefined) return refuse(place, `${String(value)} is not served: ${why}`, `write ${choices(served)}`);
      const near = typeof value === 'string' ? suggest(value, all) : undefined;
      const hint = near === undefined || served.length === 1 ? '' : `${near}; served: `;
      const remedy = `write ${hint}${choices(served)}`;
      return reject(place, `${show(value)} is not a possible value`, remedy);
    },
  };
  return Object.keys(others).length === 0 ? schema : except(schema, sentence(others));
}

function sentence(others: { readonly [value: string]: string }): string {
  const reasons = new Map<string, string[]>();
  for (const [value, why] of Object.entries(others)) reasons.set(why, [...(reasons.get(why) ?? []), `\`${value}\``]);
  return [...reasons]
    .map(([why, values]) => `${values.join(', ')} ${values.length === 1 ? 'is' : 'are'} refused: ${why}`)
    .join('; ');
}
