import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename } from 'node:path';
import { isGone } from './fault.ts';

export interface FolderWatch {
  /**
   * Watches exactly these folders. Whether one of them is new, or another one stands at its path: it may have changed
   * before it was watched.
   */
  update(folders: readonly string[]): boolean;
  close(): void;
}

interface Watched {
  readonly watcher: FSWatcher;
  /** Of what stood at the path when it began; absent: that was not there to be asked. */
  readonly identity: string | undefined;
}

/**
 * One watcher for each folder. Node's own recursive watching is built from the same parts on Linux, but loses folders
 * that are replaced, which is what Kubernetes does with mounts.
 */
export function createFolderWatch(
  onEvent: (folder: string, name: string | null) => void,
  onError: (error: Error) => void,
): FolderWatch {
  const watchers = new Map<string, Watched>();
  const failed = new Set<string>();

  function drop(folder: string): void {
    watchers.get(folder)?.watcher.close();
    watchers.delete(folder);
  }

  function add(folder: string): boolean {
    try {
      const identity = identityOf(folder);
      const watcher = watch(folder, { persistent: false }, (type, name) => {
        onEvent(folder, name);
        // The folder itself was moved or removed; what stands at its path now is watched at the next update.
        if (type === 'rename' && (name === null || name === basename(folder))) drop(folder);
      });
      watcher.on('error', (error) => {
        drop(folder);
        report(folder, error);
      });
      watchers.set(folder, { watcher, identity });
      failed.delete(folder);
      return true;
    } catch (error) {
      // Gone since it was listed, as mounts and editors do it: the folder above it tells.
      if (isGone(error)) return false;
      // Too many watchers, for instance. Looking at the folder from time to time goes on without it.
      report(folder, error);
      return false;
    }
  }

  /** A watcher stays with its folder. Where the path leads through a symlink that was swapped, that is another one. */
  function dropReplaced(folder: string): void {
    const watched = watchers.get(folder);
    if (watched !== undefined && watched.identity !== identityOf(folder)) drop(folder);
  }

  /** Once for each folder, not at every attempt. */
  function report(folder: string, error: unknown): void {
    if (failed.has(folder)) return;
    failed.add(folder);
    onError(error instanceof Error ? error : new Error(String(error)));
  }

  return {
    update(folders) {
      const wanted = new Set(folders);
      for (const folder of [...watchers.keys()]) {
        if (wanted.has(folder)) dropReplaced(folder);
        else drop(folder);
      }
      const added = folders.filter((folder) => !watchers.has(folder) && add(folder));
      return added.length > 0;
    },
    close() {
      for (const folder of [...watchers.keys()]) drop(folder);
    },
  };
}

function identityOf(folder: string): string | undefined {
  try {
    const { dev, ino } = statSync(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
