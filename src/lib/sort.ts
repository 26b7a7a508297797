/** By code units: the same order on every machine, unlike `localeCompare`. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A sorted copy, by a text of each item. Items of equal text keep their order. */
export function sortedBy<T>(items: Iterable<T>, text: (item: T) => string): T[] {
  return [...items].sort((a, b) => compareText(text(a), text(b)));
}

export function sortedByName<T extends { readonly name: string }>(items: Iterable<T>): T[] {
  return sortedBy(items, (item) => item.name);
}
