import { documentId } from '../../src/policy/document-id.ts';
import { kinds } from '../../src/policy/kinds.ts';
import type { Problem } from '../../src/policy/problem.ts';
import { type Path, pathText } from '../../src/policy/schema/place.ts';
import { placesOf, withValue } from './placed.ts';
import type { Row } from './rows.ts';
import { type Scene, scenes } from './scenes.ts';
import { type Manifest, type Served, served } from './served.ts';

/** Written where, and what. */
export interface Attempt {
  readonly row: string;
  readonly value: unknown;
}

/** A field may be one of these; where it may not, what is said is that it is nothing of the kind. */
const anything: readonly unknown[] = ['other', true, 7, '30s', '1Mi', { a: 'b' }, ['other'], [{ a: 'b' }]];

/** What is said of a field by whoever reads single documents, wherever the scenes have room for it. */
export function saidAtOnce(row: Row): Problem | undefined {
  return firstSaid(row, attemptsAt(row.path), ({ written }) => written);
}

/** The same, and if nothing is said there, what is said by whoever works out what documents mean together. */
export function saidOf(row: Row, attempt?: Attempt): Problem | undefined {
  const attempts = attempt === undefined ? attemptsAt(row.path) : [attempt];
  return (
    firstSaid(row, attempts, ({ written }) => written) ??
    firstSaid(row, attempts, ({ places }) => places.flatMap((place) => place().problems))
  );
}

function attemptsAt(row: string): readonly Attempt[] {
  return anything.map((value) => ({ row, value }));
}

function firstSaid(
  { kind }: Row,
  attempts: readonly Attempt[],
  heard: (served: Served) => readonly Problem[],
): Problem | undefined {
  for (const { manifests, readsSecrets } of [...scenes, bareScene(kind)]) {
    for (const [index, manifest] of manifests.entries()) {
      if (manifest.kind !== kind) continue;
      for (const { row, value } of attempts) {
        for (const path of placesOf(row, manifest)) {
          const changed = manifests.map((each, at) => (at === index ? withValue(each, path, value) : each));
          const isSaid = (problem: Problem) => isAbout(problem, manifest, path) && !isOfForm(problem);
          const said = heard(served(changed, readsSecrets)).find(isSaid);
          if (said !== undefined) return said;
        }
      }
    }
  }
  return undefined;
}

/** For kinds of which nothing is served, so that no scene has them. */
function bareScene(kind: Row['kind']): Pick<Scene, 'manifests' | 'readsSecrets'> {
  return {
    manifests: [{ apiVersion: kinds[kind].apiVersion, kind, metadata: { name: 'alone' } }],
    readsSecrets: false,
  };
}

/** Of this place, or of what is right above it or below. */
function isAbout(problem: Problem, manifest: Manifest, path: Path): boolean {
  const { name, namespace = 'default' } = manifest.metadata as { name: string; namespace?: string };
  if (problem.document !== documentId(String(manifest.kind), namespace, name)) return false;
  const here = pathText(path);
  const isBelow = problem.path.startsWith(`${here}.`) || problem.path.startsWith(`${here}[`);
  return isBelow || problem.path === here || problem.path === pathText(path.slice(0, -1));
}

/** That is so whatever becomes of the field. A limit that cannot be kept is well written all the same. */
function isOfForm({ severity, reason, message }: Problem): boolean {
  return severity === 'error' && reason === undefined && !message.startsWith('cannot be kept');
}
