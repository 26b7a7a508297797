import type { DetectorSpec } from './rule.ts';

/** Equal for equal specs, whatever the order in their maps and sets. Holds names of credentials, never credentials. */
export function specKey(spec: DetectorSpec): string {
  return JSON.stringify(spec, (_name, value: unknown) => {
    if (value instanceof Map) return [...value].sort(([one], [other]) => compare(String(one), String(other)));
    if (value instanceof Set) return [...value].map(String).sort(compare);
    return value;
  });
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
