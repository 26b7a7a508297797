import type { PolicyDocument } from '../../../policy/document.ts';
import type { Problem } from '../../../policy/problem.ts';
import type { SourceState } from '../source.ts';
import { fault } from './fault.ts';
import { decideInForce, type InForce, nothingInForce } from './in-force.ts';
import { type Listing, listFolder } from './listing.ts';
import { type FileReading, readPolicyFile } from './read-file.ts';
import { relist } from './relist.ts';

/** Everything remembered from one look at a folder to the next. */
export interface Scan {
  readonly state: SourceState;
  /** Absent: the folder was not there, or emptied, and what is in force does not come from it. */
  readonly listing?: Listing;
  /** Where changes can show, to be watched. */
  readonly folders: readonly string[];
  readonly readings: readonly FileReading[];
  readonly inForce: InForce;
}

export const nothingScanned: Scan = {
  state: { documents: [], problems: [], stale: new Map(), revision: 0 },
  folders: [],
  readings: [],
  inForce: nothingInForce,
};

/**
 * Looks at a folder, reading only what changed. The state is the same object if nothing in it differs. `touched`: where
 * something may have changed, if that is known.
 */
export async function scanFolder(folder: string, last: Scan, touched?: ReadonlySet<string>): Promise<Scan> {
  const relisted = last.listing && touched && (await relist(last.listing, touched));
  const listing = relisted ?? (await listFolder(folder));
  const { folders } = listing;
  if (listing.isMissing) return withLast(last, folders, missing(folder, last));
  const readings = await readAll(listing, last.readings);
  const isEmpty = readings.length === 0 && listing.problems.length === 0;
  if (isEmpty && last.state.documents.length > 0) return withLast(last, folders, emptied(folder));
  if (isUnchanged(readings, listing.problems, last)) return { ...last, listing, folders };
  const isUnknown = (path: string): boolean =>
    listing.unreadable.some((place) => path === place || path.startsWith(`${place}/`));
  const inForce = decideInForce(readings, isUnknown, last.inForce);
  const problems = [
    ...listing.problems,
    ...readings.flatMap((reading) => reading.parsed.problems),
    ...inForce.duplicates,
  ];
  if (isEmpty) problems.push(emptyFolder(folder));
  const state = next(last.state, sortedDocuments(inForce), problems, inForce.stale);
  return { state, listing, folders, readings, inForce };
}

async function readAll(listing: Listing, last: readonly FileReading[]): Promise<readonly FileReading[]> {
  const lastReadings = new Map(last.map((reading) => [reading.path, reading]));
  const readings: FileReading[] = [];
  // In batches: reading one after the other, most of the time would go into waiting.
  for (let start = 0; start < listing.files.length; start += 64) {
    const batch = listing.files.slice(start, start + 64);
    const read = await Promise.all(batch.map((file) => readPolicyFile(file, lastReadings.get(file.path))));
    readings.push(...read.filter((reading) => reading !== undefined));
  }
  return readings;
}

/** The usual case of a look without an event, which must cost little however large the policy is. */
function isUnchanged(readings: readonly FileReading[], problems: readonly Problem[], last: Scan): boolean {
  return (
    last.listing !== undefined &&
    readings.length === last.readings.length &&
    readings.every((reading, index) => reading === last.readings[index]) &&
    JSON.stringify(problems) === JSON.stringify(last.listing.problems)
  );
}

/** Nothing is there to go by: the last policy stays in force, and nothing of it is known to be current. */
function withLast(last: Scan, folders: readonly string[], problem: Problem): Scan {
  const stale = new Map(last.state.documents.map((document) => [document.id, problem.source]));
  const state = next(last.state, last.state.documents, [problem], stale);
  return { state, folders, readings: last.readings, inForce: last.inForce };
}

function missing(folder: string, last: Scan): Problem {
  const stays = last.state.documents.length === 0 ? '' : '; the last policy stays in force';
  return fault(folder, `does not exist${stays}`, 'create the folder, or name another one');
}

/** A mount that is gone looks like this, and so does a folder for a moment whose files are all written anew. */
function emptied(folder: string): Problem {
  const remedy = 'put the files back; to drop the policy on purpose, leave a file without documents';
  return fault(folder, 'holds no policy files any more; the last policy stays in force', remedy);
}

function emptyFolder(folder: string): Problem {
  const remedy = 'add files that end with .yaml, .yml or .json';
  return fault(folder, 'holds no policy files', remedy, 'warning');
}

function sortedDocuments(inForce: InForce): readonly PolicyDocument[] {
  return [...inForce.documents.values()]
    .map((entry) => entry.document)
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function next(
  last: SourceState,
  documents: readonly PolicyDocument[],
  problems: readonly Problem[],
  stale: ReadonlyMap<string, string>,
): SourceState {
  const isSame =
    last.revision > 0 &&
    documents.length === last.documents.length &&
    documents.every((document, index) => document === last.documents[index]) &&
    JSON.stringify([problems, [...stale]]) === JSON.stringify([last.problems, [...last.stale]]);
  return isSame ? last : { documents, problems, stale, revision: last.revision + 1 };
}
