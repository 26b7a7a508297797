import type { JsonPath } from '../../text/leaf.ts';

/** Names a place inside of a delta so that it is the same in all of them: items by their `index`, where they have one. */
export function keyWithin(root: unknown, path: JsonPath, from: number): string {
  let key = '';
  let value = root;
  for (let at = from; at < path.length; at++) {
    const step = path[at] ?? '';
    value = (value as Readonly<Record<string | number, unknown>>)[step];
    key += `/${typeof step === 'number' ? indexOf(value, step) : step}`;
  }
  return key;
}

export function indexOf(value: unknown, position: number): number {
  if (typeof value !== 'object' || value === null || !('index' in value)) return position;
  return typeof value.index === 'number' ? value.index : position;
}
