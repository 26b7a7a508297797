import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Kind } from '../../src/policy/kinds.ts';
import { isMap } from '../../src/policy/schema/object.ts';
import type { Path } from '../../src/policy/schema/place.ts';
import { rowOf, writtenIn } from './changes.ts';
import type { Manifest } from './served.ts';

/** Manifests that mean something together. */
export interface Scene {
  readonly name: string;
  readonly manifests: readonly Manifest[];
  /** What is in its Secrets is real. */
  readonly readsSecrets: boolean;
}

/** Where a field is written. */
export interface Spot {
  readonly scene: Scene;
  readonly index: number;
  readonly path: Path;
  readonly value: unknown;
}

const folder = join(import.meta.dirname, 'scenes');

export const scenes: readonly Scene[] = globSync('*.yaml', { cwd: folder })
  .sort()
  .map((name) => ({
    name,
    readsSecrets: name === 'credential-files.yaml',
    manifests: parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map((part) => part.toJS() as Manifest),
  }));

/** Everything that the scenes write, by kind and row of the page. */
export const spots: ReadonlyMap<string, readonly Spot[]> = Map.groupBy(scenes.flatMap(spotsIn), ({ key }) => key);

export function spotsOf(kind: Kind, row: string): readonly Spot[] {
  return spots.get(`${kind} ${row}`) ?? [];
}

function spotsIn(scene: Scene): (Spot & { readonly key: string })[] {
  return scene.manifests.flatMap((manifest, index) =>
    writtenIn(isMap(manifest.spec) ? { spec: manifest.spec } : manifest).map(({ path, value }) => ({
      key: `${manifest.kind} ${rowOf(path)}`,
      scene,
      index,
      path,
      value,
    })),
  );
}
