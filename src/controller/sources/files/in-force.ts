import type { PolicyDocument } from '../../../policy/document.ts';
import { duplicate } from '../../../policy/parse.ts';
import type { Problem } from '../../../policy/problem.ts';
import type { FileReading } from './read-file.ts';

/** The documents in force, each with the file that it came from. */
export interface InForce {
  readonly documents: ReadonlyMap<string, { readonly document: PolicyDocument; readonly file: string }>;
  readonly stale: ReadonlyMap<string, string>;
  readonly duplicates: readonly Problem[];
}

export const nothingInForce: InForce = { documents: new Map(), stale: new Map(), duplicates: [] };

/**
 * What is in force after reading: what the files say now, and where a document is broken, its last good version. Files
 * are given in the order of their paths, so that of two documents with one id the first one wins whatever came first.
 */
export function decideInForce(
  readings: readonly FileReading[],
  isUnknown: (path: string) => boolean,
  last: InForce,
): InForce {
  const documents = new Map<string, { readonly document: PolicyDocument; readonly file: string }>();
  const stale = new Map<string, string>();
  const duplicates: Problem[] = [];
  const lastOfFile = Map.groupBy(last.documents.values(), (entry) => entry.file);
  const keep = (document: PolicyDocument, file: string, brokenAt: string): void => {
    if (documents.has(document.id)) return;
    documents.set(document.id, { document, file });
    stale.set(document.id, brokenAt);
  };
  const put = (document: PolicyDocument, file: string): void => {
    const earlier = documents.get(document.id);
    if (earlier === undefined) documents.set(document.id, { document, file });
    else duplicates.push(duplicate(document, earlier.document));
  };

  const known = new Set(readings.map((reading) => reading.path));
  const unknown = [...lastOfFile.keys()].filter((path) => !known.has(path) && isUnknown(path));
  const paths = [...known, ...unknown].sort();
  const readingOf = new Map(readings.map((reading) => [reading.path, reading]));
  for (const path of paths) {
    const reading = readingOf.get(path);
    const before = lastOfFile.get(path) ?? [];
    const now = new Set(reading?.parsed.documents.map((document) => document.id));
    for (const document of reading?.parsed.documents ?? []) put(document, path);
    for (const { document } of before) {
      if (document.isBarrier && reading !== undefined) continue;
      if (!now.has(document.id) && isBroken(document, reading)) keep(document, path, brokenAt(document, path, reading));
    }
  }
  // A document that moved to another file and got broken on the way.
  for (const { path, parsed } of readings) {
    for (const id of parsed.broken) {
      const before = last.documents.get(id);
      if (before === undefined || before.document.isBarrier) continue;
      keep(before.document, before.file, brokenAt(before.document, path, { path, parsed }));
    }
  }
  for (const { path, parsed } of readings) {
    for (const barrier of parsed.barriers) {
      if (!documents.has(barrier.id)) documents.set(barrier.id, { document: barrier, file: path });
    }
  }
  return { documents, stale, duplicates };
}

/** Of a document that cannot be identified it must be assumed that it is this one. */
function isBroken(document: PolicyDocument, reading: FileReading | undefined): boolean {
  if (reading === undefined) return true;
  return reading.parsed.unidentified > 0 || reading.parsed.broken.includes(document.id);
}

function brokenAt(
  document: PolicyDocument,
  path: string,
  reading: Pick<FileReading, 'path' | 'parsed'> | undefined,
): string {
  const errors = (reading?.parsed.problems ?? []).filter((problem) => problem.severity === 'error');
  const own = errors.find((problem) => problem.document === document.id);
  const unidentified = errors.find((problem) => !problem.document.includes('/'));
  return (own ?? unidentified)?.source ?? path;
}
