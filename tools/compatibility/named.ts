import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { getOrCreate } from '../../src/lib/get-or-create.ts';
import { documentId } from '../../src/policy/document-id.ts';
import { isMap } from '../../src/policy/schema/object.ts';
import type { Path } from '../../src/policy/schema/place.ts';
import { placesOf, withValue } from './placed.ts';
import type { Row } from './rows.ts';
import { type Scene, type Spot, spotsOf } from './scenes.ts';
import { type Manifest, served } from './served.ts';

/** Fields that name something which stands elsewhere, or select it, by what they and those above them are called. */
const naming = [
  /(Refs?(\[\])?|clientSecret|serviceAccount)\.(name|sectionName|port|key)$/,
  /\.(provider|providers|models|models\.allow|models\.deny|modelName|metadataKey|hostnames)$/,
  /\.(gatewayClassName|priorityClassName|runtimeClassName)$/,
  /\.scope\.(keys|users|teams|projects|labels)$/,
  /\.(targets|prices)\[\]\.model$/,
  /\.(anonymous|metadata)\.key$/,
  /\.allowedRoutes\.kinds\[\]\.kind$|\.perPort\[\]\.port$|[sS]electors?(\[\])?\.matchLabels$|\.headers\[\]\.name$/,
] as const;

export function namesSomething({ path, isLeaf, verdict }: Row): boolean {
  return isLeaf && verdict.kind === 'honoured' && naming.some((pattern) => pattern.test(path));
}

const own: Scene = {
  name: 'own-names.yaml',
  readsSecrets: false,
  manifests: parseAllDocuments(readFileSync(join(import.meta.dirname, 'own-names.yaml'), 'utf8')).map(
    (part) => part.toJS() as Manifest,
  ),
};

/** Whether a document is told of a name in this field that is nobody's. */
export function isToldOfNobody(row: Row): boolean {
  const spots = spotsOf(row.kind, row.path);
  return (spots.length > 0 ? spots : ownSpots(row)).some(isToldAt);
}

function ownSpots({ kind, path }: Row): readonly Spot[] {
  return own.manifests.flatMap((manifest, index) =>
    manifest.kind !== kind
      ? []
      : placesOf(path, manifest).map((place) => ({ scene: own, index, path: place, value: valueAt(manifest, place) })),
  );
}

function valueAt(manifest: Manifest, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | undefined)?.[step],
    manifest,
  );
}

function isToldAt({ scene, index, path, value }: Spot): boolean {
  const id = idOf(scene.manifests[index] ?? {});
  const before = getOrCreate(unchanged, scene, () => problemsOf(scene.manifests, scene.readsSecrets));
  return nobodies(path, value).some((nobody) => {
    const changed = scene.manifests.map((each, at) => (at === index ? withValue(each, path, nobody) : each));
    return problemsOf(changed, scene.readsSecrets).some((each) => each.startsWith(`${id} `) && !before.includes(each));
  });
}

const unchanged = new Map<Scene, readonly string[]>();

/** Names that nothing has, in the form of the field. */
function nobodies(path: Path, value: unknown): readonly unknown[] {
  if (typeof value === 'number') return [9];
  if (typeof value === 'string') return ['gone'];
  if (path.at(-1) === 'hostnames') return [['gone.example.org']];
  if (Array.isArray(value)) return [['gone']];
  if (isMap(value) || path.at(-1) === 'labels') return [{ gone: path.at(-1) === 'labels' ? ['gone'] : 'gone' }];
  return [['gone'], 'gone'];
}

function idOf({ kind, metadata }: Manifest): string {
  const { name, namespace = 'default' } = metadata as { name: string; namespace?: string };
  return documentId(String(kind), namespace, name);
}

/** What is said of documents beside each other; not of those that are not even written as they have to be. */
function problemsOf(manifests: readonly Manifest[], readsSecrets: boolean): readonly string[] {
  const { places } = served(manifests, readsSecrets);
  return places
    .flatMap((place) => place().problems)
    .map(({ document, path, message }) => `${document} ${path} ${message}`);
}
