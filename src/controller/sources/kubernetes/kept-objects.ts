import { objectId } from '../../object-id.ts';
import type { RefusedVersion } from '../../rollout/refused-version.ts';
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
  /** Of objects, in force in place of the present ones. */
  readonly olderVersions: readonly KindObject[];
  readonly refused: readonly RefusedVersion[];
}

/** Older versions of objects that are in force: some stand in for what cannot be read, others for what is wrong. */
export function olderVersionsOf(readings: readonly Reading[], standIns: readonly KindObject[]): readonly KindObject[] {
  // What was last readable may itself have had something older in its place.
  const stoodIn = new Set(standIns.map(({ kind, object }) => objectId(kind, object)));
  const unread = readings.filter(({ id }) => !stoodIn.has(id));
  return [...standIns, ...unread.flatMap(({ kind, lastGood }) => (lastGood ? [{ kind, object: lastGood }] : []))];
}

/** What of a cluster is kept for a restart. */
export function snapshotOf(input: SnapshotInput): ClusterSnapshot {
  const { server, asOf, readings, namespaces, references, olderVersions, refused } = input;
  return {
    server,
    asOf,
    objects: readings.map(({ kind, object }) => ({ kind, object })),
    lastGood: olderVersions,
    refused,
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
