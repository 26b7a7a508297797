import { invalid, type Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';

/** No two entries of a list have the same value of this field. */
export function unique<const N extends string>(field: N) {
  return <T extends { readonly [P in N]?: string | undefined }>(
    all: readonly T[],
    place: Place,
  ): Parsed<readonly T[]> => {
    const seen = new Set<string>();
    let isValid = true;
    for (const [index, entry] of all.entries()) {
      const value = entry[field];
      if (value === undefined) continue;
      if (seen.has(value)) {
        reject(under(under(place, index), field), `${value} stands here twice`, 'remove one of them');
        isValid = false;
      }
      seen.add(value);
    }
    return isValid ? all : invalid;
  };
}
