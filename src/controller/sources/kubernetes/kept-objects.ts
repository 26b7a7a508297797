import { objectId } from '../../object-id.ts';
import type { Labels } from './namespaces.ts';
import type { Reading } from './reading.ts';
import type { ClusterSnapshot, KeptReference, KindObject } from './snapshot.ts';
import { definitionOf } from './watched-kinds.ts';

export interface SnapshotInput {
  readonly server: string;
  /** Milliseconds since the epoch at which all of it was still true. */
  readonly asOf: number;
  readonly readings: readonly Reading[];
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly references: readonly KeptReference[];
  /** Older versions of objects, in force in place of the present ones. */
  readonly standIns: readonly KindObject[];
}

/** What of a cluster is kept for a restart. */
export function snapshotOf(input: SnapshotInput): ClusterSnapshot {
  const { server, asOf, readings, namespaces, references, standIns } = input;
  const stoodIn = new Set(standIns.map(({ kind, object }) => objectId(kind, object)));
  return {
    server,
    asOf,
    objects: readings.map(({ kind, object }) => ({ kind, object })),
    // What was last readable may itself have had something older in its place.
    lastGood: [
      ...standIns,
      ...readings.flatMap(({ id, kind, lastGood }) =>
        lastGood && !stoodIn.has(id) ? [{ kind, object: lastGood }] : [],
      ),
    ],
    namespaces: [...namespaces].map(([name, labels]) => ({ name, labels: Object.fromEntries(labels) })),
    references,
  };
}

/** Of the kinds with these definitions, what was kept. */
export function* keptOf(kept: ClusterSnapshot | undefined, definitions: readonly string[]): Generator<KindObject> {
  if (definitions.length === 0) return;
  const wanted = new Set(definitions);
  for (const each of kept?.objects ?? []) if (wanted.has(definitionOf(each.kind))) yield each;
}

/** Labels of namespaces, as they were kept. */
export function labelsOf(kept: ClusterSnapshot | undefined): ReadonlyMap<string, Labels> {
  return new Map(kept?.namespaces.map(({ name, labels }) => [name, new Map(Object.entries(labels))]));
}
