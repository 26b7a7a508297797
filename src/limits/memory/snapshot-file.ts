import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Logger } from '../../lib/log.ts';
import type { Store } from '../store.ts';
import { createMemoryStore, type MemoryStoreOptions } from './memory-store.ts';

export interface SnapshotFileOptions extends MemoryStoreOptions {
  readonly path: string;
  /** How often it is written. Default 5 s: so much usage is forgotten at most when the process is killed. */
  readonly intervalMs?: number;
  readonly log: Logger;
}

/**
 * A memory store that survives a restart. A file that cannot be used is said so and set aside, since it may be somebody
 * else's, and counting begins anew.
 */
export async function openSnapshotStore(options: SnapshotFileOptions): Promise<Store> {
  const { path, log } = options;
  const store = createMemoryStore(options);
  const problem = await restore(path, (data) => store.restore(data));
  const aside = problem === undefined ? undefined : await setAside(path);
  if (problem !== undefined) {
    log.warn({ path, problem, ...aside }, 'limits: the snapshot is not used, counters start at zero');
  }
  let writing: Promise<void> | undefined;
  let isFailing = false;
  const write = async (): Promise<void> => {
    if (aside?.isKept === true) return;
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      await writeFile(temporary, JSON.stringify(store.snapshot()), { mode: 0o600, flush: true });
      await rename(temporary, path);
      if (isFailing) log.info({ path }, 'limits: the snapshot is written again');
      isFailing = false;
    } catch (cause) {
      // Once: it is tried every few seconds, and a full disk stays full for a while.
      if (!isFailing) log.warn({ path, cause: cause as Error }, 'limits: the snapshot could not be written');
      isFailing = true;
      // Where the folder is none, this fails like the write did.
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  };
  const timer = setInterval(() => {
    writing ??= write().finally(() => {
      writing = undefined;
    });
  }, options.intervalMs ?? 5_000).unref();
  return {
    ...store,
    async close() {
      clearInterval(timer);
      await writing;
      await write();
    },
  };
}

async function restore(path: string, take: (data: unknown) => string | undefined): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : (cause as Error).message;
  }
  try {
    return take(JSON.parse(text));
  } catch {
    return 'it is not JSON';
  }
}

interface SetAside {
  /** Where it is now. */
  readonly movedTo?: string;
  /** It stays where it is, and nothing is written in its place: a device, a folder. */
  readonly isKept?: true;
}

/** A write would replace it. Undefined: there is nothing to be replaced, as far as anybody may look. */
async function setAside(path: string): Promise<SetAside | undefined> {
  const movedTo = `${path}.unusable`;
  try {
    if (!(await stat(path)).isFile()) return { isKept: true };
    await rename(path, movedTo);
    return { movedTo };
  } catch {
    return undefined;
  }
}
