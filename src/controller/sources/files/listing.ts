import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Problem } from '../../../policy/problem.ts';
import { fault, isGone, unreadable } from './fault.ts';
import { inOrder, isHidden, isPolicyFile, type ListedFile, listedFile } from './listed-file.ts';

export interface Listing {
  readonly files: readonly ListedFile[];
  /** Where changes can show, to be watched. */
  readonly folders: readonly string[];
  /** What could not be looked at; nothing is known about the files there. */
  readonly unreadable: readonly string[];
  readonly problems: readonly Problem[];
  readonly hasSymlinks: boolean;
  readonly isMissing: boolean;
}

interface Walk {
  readonly files: ListedFile[];
  readonly folders: Set<string>;
  readonly symlinks: string[];
  readonly seen: Set<string>;
  readonly unreadable: string[];
  readonly problems: Problem[];
}

const deepest = 16;

/** All policy files of a folder and of the folders in it, in the order of their paths. */
export async function listFolder(folder: string): Promise<Listing> {
  const walk: Walk = { files: [], folders: new Set(), symlinks: [], seen: new Set(), unreadable: [], problems: [] };
  const root = await attempt(() => stat(folder));
  if (root.error !== undefined && isGone(root.error)) return { ...emptyListing, isMissing: true };
  if (root.value === undefined) {
    return { ...emptyListing, problems: [unreadable(folder, root.error)], unreadable: [folder] };
  }
  if (!root.value.isDirectory()) {
    const problem = fault(folder, 'is not a folder', 'name a folder with policy files');
    return { ...emptyListing, problems: [problem], unreadable: [folder] };
  }
  await enter(folder, 0, walk);
  const hasSymlinks = walk.symlinks.length > 0;
  // After everything real, so that a symlink to a file of the same folder does not give all its documents twice. A
  // symlink may lead to a folder that holds more of them.
  for (let next = walk.symlinks.shift(); next !== undefined; next = walk.symlinks.shift()) await follow(next, walk);
  return {
    files: inOrder(walk.files),
    folders: [...walk.folders].sort(),
    unreadable: walk.unreadable,
    problems: walk.problems,
    hasSymlinks,
    isMissing: false,
  };
}

const emptyListing: Listing = {
  files: [],
  folders: [],
  unreadable: [],
  problems: [],
  hasSymlinks: false,
  isMissing: false,
};

async function enter(folder: string, depth: number, walk: Walk): Promise<void> {
  if (depth > deepest) {
    walk.problems.push(fault(folder, `is more than ${deepest} folders deep`, 'move it up', 'warning'));
    return;
  }
  const real = await attempt(() => realpath(folder));
  if (real.value === undefined) {
    cannotFind(folder, real.error, walk);
    return;
  }
  if (walk.seen.has(real.value)) return;
  walk.seen.add(real.value);
  const entries = await attempt(() => readdir(folder, { withFileTypes: true }));
  if (entries.value === undefined) {
    if (!isGone(entries.error)) cannotRead(folder, entries.error, walk);
    return;
  }
  walk.folders.add(folder);
  const files = entries.value.filter((entry) => entry.isFile() && isPolicyFile(entry.name));
  await inBatches(files, (entry) => add(join(folder, entry.name), join(real.value, entry.name), walk));
  for (const entry of entries.value.filter((other) => !isHidden(other.name))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await enter(path, depth + 1, walk);
    else if (entry.isSymbolicLink()) walk.symlinks.push(path);
    else if (!entry.isFile() && isPolicyFile(entry.name)) {
      // Reading a pipe waits for whoever writes it.
      walk.problems.push(fault(path, 'is not a file', 'write the documents into a file', 'warning'));
    }
  }
}

async function follow(path: string, walk: Walk): Promise<void> {
  const target = await attempt(async () => ({ real: await realpath(path), stats: await stat(path) }));
  if (target.value === undefined) {
    if (!isGone(target.error)) cannotRead(path, target.error, walk);
    else if (isPolicyFile(basename(path))) {
      // Kept in force like an unreadable file: a mount that is being swapped looks like this for a moment.
      walk.problems.push(fault(path, 'is a symlink to something that does not exist', 'remove or repair the symlink'));
      walk.unreadable.push(path);
    }
    return;
  }
  const { real, stats } = target.value;
  if (stats.isDirectory()) return enter(path, 1, walk);
  if (!stats.isFile() || !isPolicyFile(basename(path)) || walk.seen.has(real)) return;
  // A change behind the symlink shows in the folder of its target.
  walk.folders.add(dirname(real));
  await add(path, real, walk);
}

async function add(path: string, real: string, walk: Walk): Promise<void> {
  const stats = await attempt(() => stat(path, { bigint: true }));
  if (stats.value === undefined) {
    cannotFind(path, stats.error, walk);
    return;
  }
  walk.seen.add(real);
  walk.files.push(listedFile(path, stats.value));
}

/** Of something that was listed a moment ago. */
function cannotFind(path: string, error: unknown, walk: Walk): void {
  if (!isGone(error)) cannotRead(path, error, walk);
  // What is no text cannot be asked for by name. Anything else is gone since: another event will tell.
  else if (basename(path).includes('\ufffd')) {
    walk.problems.push(fault(path, 'has a name that is not UTF-8', 'rename it'));
  }
}

function cannotRead(path: string, error: unknown, walk: Walk): void {
  walk.problems.push(unreadable(path, error));
  walk.unreadable.push(path);
}

async function inBatches<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += 64) await Promise.all(items.slice(start, start + 64).map(act));
}

async function attempt<T>(
  act: () => Promise<T>,
): Promise<
  { readonly value: T; readonly error?: undefined } | { readonly value?: undefined; readonly error: unknown }
> {
  try {
    return { value: await act() };
  } catch (error) {
    return { error };
  }
}
