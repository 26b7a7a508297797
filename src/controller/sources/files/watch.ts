import { basename, dirname, join, resolve } from 'node:path';
import { createHoldOff } from '../hold-off.ts';
import type { SourceState } from '../source.ts';
import { createFolderWatch } from './folder-watch.ts';
import { nothingScanned, scanFolder } from './scan.ts';

export interface WatchOptions {
  /** How long it must be quiet before the folder is looked at. Default 50: editors need less for one save. */
  readonly quietMs?: number;
  /** When it is looked at even if it is never quiet. Default 500. */
  readonly maxMs?: number;
  /**
   * Looked at without any event, since events can get lost (network file systems, limits of the kernel). Default 2000;
   * less often where a look takes so long that it would cost more than 2 % of a core.
   */
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
  /** Where something may have changed since the last look; absent: anywhere. */
  let touched: Set<string> | undefined = new Set();

  const holdOff = createHoldOff(quietMs, maxMs, () => void enqueue());
  const root = resolve(folder);
  const parent = dirname(root);
  const watching = createFolderWatch((place, name) => {
    // Of the parent only the folder itself matters: the parent may be as busy as /tmp.
    if (place === parent && name !== null && name !== basename(root)) return;
    if (name === null) touched = undefined;
    else touched?.add(join(place, name));
    holdOff.trigger();
  }, options.onError);
  rewatch();
  let poll = pollLater(0);

  function pollLater(lookMs: number): NodeJS.Timeout {
    return setTimeout(pollNow, Math.max(pollMs, 50 * lookMs)).unref();
  }

  async function pollNow(): Promise<void> {
    const began = performance.now();
    await refresh();
    if (!isClosed) poll = pollLater(performance.now() - began);
  }

  function rewatch(): void {
    // The parent tells when the folder itself is replaced or comes back.
    if (!watching.update([parent, ...scan.folders])) return;
    touched = undefined;
    holdOff.trigger();
  }

  function refresh(): Promise<void> {
    touched = undefined;
    return enqueue();
  }

  /** One look after the other, since each builds on what the one before it remembered; never more than one waits. */
  function enqueue(): Promise<void> {
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
      const places = touched;
      touched = new Set();
      scan = await scanFolder(folder, scan, places);
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
      clearTimeout(poll);
      holdOff.close();
      watching.close();
      await (queued ?? running);
    },
  };
}
