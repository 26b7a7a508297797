import { basename, dirname, resolve } from 'node:path';
import { createHoldOff } from '../hold-off.ts';
import { createFolderWatch } from './folder-watch.ts';
import { nothingScanned, scanFolder } from './scan.ts';
import type { SourceState } from './source.ts';

export interface WatchOptions {
  /** How long it must be quiet before the folder is looked at. Default 50: editors need less for one save. */
  readonly quietMs?: number;
  /** When it is looked at even if it is never quiet. Default 500. */
  readonly maxMs?: number;
  /** Looked at without any event, since events can get lost (network file systems, limits of the kernel). Default 2000. */
  readonly pollMs?: number;
  /** Something differs: documents, problems or what is stale. */
  onChange(state: SourceState): void;
  /** Watching does not work as it should; the folder is still looked at from time to time. */
  onError(error: Error): void;
}

export interface FolderSource {
  /** As of the start. */
  readonly state: SourceState;
  /** Looks at the folder now; done when what it holds has been reported. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** Reads a folder, and again whenever it changes. */
export async function watchFolder(folder: string, options: WatchOptions): Promise<FolderSource> {
  const { quietMs = 50, maxMs = 500, pollMs = 2000 } = options;
  let scan = await scanFolder(folder, nothingScanned);
  let isClosed = false;
  let running: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;

  const holdOff = createHoldOff(quietMs, maxMs, () => void refresh());
  const root = resolve(folder);
  const parent = dirname(root);
  const watching = createFolderWatch((place, name) => {
    // Of the parent only the folder itself matters: the parent may be as busy as /tmp.
    if (place !== parent || name === null || name === basename(root)) holdOff.trigger();
  }, options.onError);
  rewatch();
  const poll = setInterval(() => void refresh(), pollMs);
  poll.unref();

  function rewatch(): void {
    // The parent tells when the folder itself is replaced or comes back.
    if (watching.update([parent, ...scan.folders.map((path) => resolve(path))])) holdOff.trigger();
  }

  /** One look after the other, since each builds on what the one before it remembered; never more than one waits. */
  function refresh(): Promise<void> {
    queued ??= running.then(() => {
      queued = undefined;
      running = look();
      return running;
    });
    return queued;
  }

  async function look(): Promise<void> {
    if (isClosed) return;
    try {
      const before = scan.state;
      scan = await scanFolder(folder, scan);
      if (isClosed) return;
      rewatch();
      if (scan.state !== before) options.onChange(scan.state);
    } catch (error) {
      options.onError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  return {
    state: scan.state,
    refresh,
    async close() {
      isClosed = true;
      clearInterval(poll);
      holdOff.close();
      watching.close();
      await (queued ?? running);
    },
  };
}
