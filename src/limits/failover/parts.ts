/** Keys of counters that are left aside. */
export type Aside = ReadonlySet<string>;

/** Items of which some are left aside. */
export interface Parts<T> {
  readonly aside: readonly T[];
  readonly rest: readonly T[];
  /** Where they are among all. */
  readonly indexes: { readonly aside: readonly number[]; readonly rest: readonly number[] };
  /** What is said of both, in the order of all; undefined: nothing. */
  join<R>(aside: readonly (R | undefined)[], rest: readonly (R | undefined)[]): readonly (R | undefined)[];
}

export function partsOf<T extends { readonly counter: { readonly key: string } }>(
  items: readonly T[],
  keys: Aside,
): Parts<T> {
  const aside: number[] = [];
  const rest: number[] = [];
  for (const [index, { counter }] of items.entries()) (keys.has(counter.key) ? aside : rest).push(index);
  const at = (indexes: readonly number[]): readonly T[] =>
    indexes.flatMap((index) => {
      const item = items[index];
      return item === undefined ? [] : [item];
    });
  return {
    aside: at(aside),
    rest: at(rest),
    indexes: { aside, rest },
    join(ofAside, ofRest) {
      const joined = items.map((): (typeof ofRest)[number] => undefined);
      for (const [place, index] of aside.entries()) joined[index] = ofAside[place];
      for (const [place, index] of rest.entries()) joined[index] = ofRest[place];
      return joined;
    },
  };
}
