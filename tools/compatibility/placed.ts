import { isMap } from '../../src/policy/schema/object.ts';
import type { Path } from '../../src/policy/schema/place.ts';
import type { Manifest } from './served.ts';

/** Where a row of the page may be written in a manifest: in every entry of the lists that are there, or in a first one. */
export function placesOf(row: string, manifest: Manifest): readonly Path[] {
  return row.split('.').reduce<readonly Path[]>(
    (paths, step) =>
      paths.flatMap((path) => {
        const here = [...path, step.replace('[]', '')];
        return step.endsWith('[]') ? entriesAt(manifest, here).map((index) => [...here, index]) : [here];
      }),
    [[]],
  );
}

function entriesAt(manifest: Manifest, path: Path): readonly number[] {
  const list = path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | undefined)?.[step],
    manifest,
  );
  return Array.isArray(list) && list.length > 0 ? [...list.keys()] : [0];
}

/** The same manifest with the value at that place, and with what is missing on the way there. */
export function withValue(manifest: Manifest, path: Path, value: unknown): Manifest {
  return put(manifest, path, value) as Manifest;
}

function put(whole: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list: readonly unknown[] = Array.isArray(whole) ? whole : [];
    return Object.assign([...list], { [step]: put(list[step], rest, value) });
  }
  const map = isMap(whole) ? whole : {};
  return { ...map, [step]: put(map[step], rest, value) };
}
