import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Logger } from '../../lib/log.ts';
import type { Store } from '../store.ts';
import { createMemoryStore, type MemoryStoreOptions } from './memory-store.ts';

export interface SnapshotFileOptions extends MemoryStoreOptions {
  readonly path: string;
  /** How often it is written. Default 5 s: so much usage is forgotten at most when the process is killed. */
  readonly intervalMs?: number;
  readonly log: Logger;
}

/** A memory store that survives a restart. A file that cannot be read is said so, and counting begins anew. */
export async function openSnapshotStore(options: SnapshotFileOptions): Promise<Store> {
  const store = createMemoryStore(options);
  const problem = await restore(options.path, (data) => store.restore(data));
  if (problem !== undefined) {
    options.log.warn({ path: options.path, problem }, 'limits: the snapshot is not used, counters start at zero');
  }
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    const temporary = `${options.path}.${process.pid}.tmp`;
    try {
      await writeFile(temporary, JSON.stringify(store.snapshot()), { mode: 0o600, flush: true });
      await rename(temporary, options.path);
    } catch (cause) {
      options.log.warn({ path: options.path, cause: cause as Error }, 'limits: the snapshot could not be written');
      await rm(temporary, { force: true });
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
