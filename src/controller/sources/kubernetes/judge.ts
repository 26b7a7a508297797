import type { KubeObject } from '../../../kube/object.ts';
import { hasSameEntries } from '../../../lib/same-entries.ts';
import { compareText } from '../../../lib/sort.ts';
import type { Kind } from '../../../policy/kinds.ts';
import type { Problem } from '../../../policy/problem.ts';
import { objectId } from '../../object-id.ts';
import type { SourceState } from '../source.ts';
import { type Reading, read } from './reading.ts';

export interface KubernetesState extends SourceState {
  /** Of each object by the id of its document: the generation that everything else in the state speaks of. */
  readonly generations: ReadonlyMap<string, number>;
}

const nothingRead: KubernetesState = {
  documents: [],
  problems: [],
  stale: new Map(),
  revision: 0,
  generations: new Map(),
};

/** Everything remembered from one look at a cluster to the next. */
export interface Judgement {
  readonly state: KubernetesState;
  /** By id. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** Of all readings, sorted. */
  readonly ids: readonly string[];
}

export const nothingJudged: Judgement = { state: nothingRead, readings: new Map(), ids: [] };

/** Reads what is new or different. State and documents are the same objects if nothing in them differs. */
export function judge(
  objects: Iterable<{ readonly kind: Kind; readonly object: KubeObject }>,
  problems: readonly Problem[],
  last: Judgement,
  now: number,
): Judgement {
  const readings = new Map<string, Reading>();
  let hasSameIds = true;
  for (const { kind, object } of objects) {
    const reading = read(kind, object, last.readings.get(objectId(kind, object)), now);
    readings.set(reading.id, reading);
    hasSameIds &&= last.readings.has(reading.id);
  }
  hasSameIds &&= readings.size === last.readings.size;
  const ids = hasSameIds ? last.ids : [...readings.keys()].sort(compareText);
  const inOrder = ids.flatMap((id) => readings.get(id) ?? []);
  const next: Omit<KubernetesState, 'revision'> = {
    documents: inOrder.flatMap(({ document }) => document ?? []),
    problems: [...problems, ...inOrder.flatMap((reading) => reading.problems)],
    stale: new Map(inOrder.flatMap(staleOf)),
    generations: new Map(inOrder.flatMap(({ id, object: { metadata } }) => [[id, metadata.generation ?? 1] as const])),
  };
  const state = isSame(last.state, next) ? last.state : { ...next, revision: last.state.revision + 1 };
  return { state, readings, ids };
}

function staleOf({ id, document, lastGood, problems }: Reading): readonly (readonly [string, string])[] {
  return document === undefined || lastGood === undefined ? [] : [[id, problems[0]?.source ?? document.source]];
}

function isSame(a: KubernetesState, b: Omit<KubernetesState, 'revision'>): boolean {
  return (
    hasSameItems(a.documents, b.documents) &&
    hasSameProblems(a.problems, b.problems) &&
    hasSameEntries(a.stale, b.stale) &&
    hasSameEntries(a.generations, b.generations)
  );
}

function hasSameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** Those of the cluster as a whole are made anew each time. */
function hasSameProblems(a: readonly Problem[], b: readonly Problem[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index] || isSameProblem(one, b[index]));
}

function isSameProblem(a: Problem, b: Problem | undefined): boolean {
  return a.source === b?.source && a.document === b.document && a.path === b.path && a.message === b.message;
}
