import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';
import { isGone } from './fault.ts';

export interface FolderWatch {
  /** Watches exactly these folders. Whether one of them is new: it may have changed before it was watched. */
  update(folders: readonly string[]): boolean;
  close(): void;
}

/**
 * One watcher for each folder. Node's own recursive watching is built from the same parts on Linux, but loses folders
 * that are replaced, which is what Kubernetes does with mounts.
 */
export function createFolderWatch(
  onEvent: (folder: string, name: string | null) => void,
  onError: (error: Error) => void,
): FolderWatch {
  const watchers = new Map<string, FSWatcher>();
  const failed = new Set<string>();

  function drop(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  function add(folder: string): boolean {
    try {
      const watcher = watch(folder, { persistent: false }, (type, name) => {
        onEvent(folder, name);
        // The folder itself was moved or removed; what stands at its path now is watched at the next update.
        if (type === 'rename' && (name === null || name === basename(folder))) drop(folder);
      });
      watcher.on('error', (error) => {
        drop(folder);
        report(folder, error);
      });
      watchers.set(folder, watcher);
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

  /** Once for each folder, not at every attempt. */
  function report(folder: string, error: unknown): void {
    if (failed.has(folder)) return;
    failed.add(folder);
    onError(error instanceof Error ? error : new Error(String(error)));
  }

  return {
    update(folders) {
      const wanted = new Set(folders);
      for (const folder of [...watchers.keys()]) if (!wanted.has(folder)) drop(folder);
      const added = folders.filter((folder) => !watchers.has(folder) && add(folder));
      return added.length > 0;
    },
    close() {
      for (const folder of [...watchers.keys()]) drop(folder);
    },
  };
}
