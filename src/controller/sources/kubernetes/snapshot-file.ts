import { open, rename, rm, utimes } from 'node:fs/promises';
import { setImmediate as pause } from 'node:timers/promises';
import { err, ok, type Result } from '../../../lib/result.ts';
import { type ClusterSnapshot, fromLines, linesOf } from './snapshot.ts';

export interface SnapshotFileOptions {
  readonly path: string;
  /** Everything as it is now; nothing while it is not known. */
  content(): ClusterSnapshot | undefined;
  /** What was written is still true, as far as can be known. */
  isCurrent(): boolean;
  onError(error: Error): void;
  /** At most once in this time. Default 10 s. */
  readonly everyMs?: number;
  /** How often a file that is still true says so, and one that could not be written is tried again. Default 60 s. */
  readonly confirmMs?: number;
}

export interface SnapshotFile {
  /** What is to be kept is different now. */
  changed(): void;
  /** Writes what was not written yet. */
  close(): Promise<void>;
}

/**
 * Keeps a file up to date without being in anybody's way: some time after a change, in small pieces. Whoever reads it
 * finds either the old one or the new one. Only its owner may read it.
 */
export function keepSnapshotFile(options: SnapshotFileOptions): SnapshotFile {
  const { path, content, isCurrent, onError, everyMs = 10_000, confirmMs = 60_000 } = options;
  let timer: NodeJS.Timeout | undefined;
  let isWaiting = false;
  let changes = 0;
  /** How many of the changes are in the file. */
  let keptChanges = 0;
  let running: Promise<void> = Promise.resolve();
  let lastAt = Number.NEGATIVE_INFINITY;

  async function write(): Promise<void> {
    isWaiting = false;
    const seenChanges = changes;
    const snapshot = content();
    if (snapshot === undefined) return;
    lastAt = performance.now();
    try {
      await writeSnapshot(path, snapshot);
      keptChanges = seenChanges;
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function schedule(): void {
    if (isWaiting) return;
    isWaiting = true;
    // The first second after a change is for those who wait for it.
    const waitMs = Math.max(Math.min(1_000, everyMs), lastAt + everyMs - performance.now());
    timer = setTimeout(() => {
      running = running.then(write);
    }, waitMs);
  }

  const confirming = setInterval(() => {
    // A file that says less than what is known must not say that it is still true.
    if (keptChanges !== changes) return schedule();
    if (!isCurrent()) return;
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, confirmMs);
  confirming.unref();

  return {
    changed() {
      changes += 1;
      schedule();
    },
    async close() {
      clearTimeout(timer);
      clearInterval(confirming);
      if (isWaiting) running = running.then(write);
      await running;
    },
  };
}

async function writeSnapshot(path: string, snapshot: ClusterSnapshot): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  await rm(draft, { force: true });
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      let lines: string[] = [];
      for (const line of linesOf(snapshot)) {
        lines.push(line);
        if (lines.length < 100) continue;
        await file.writeFile(`${lines.join('\n')}\n`);
        lines = [];
        await pause();
      }
      await file.writeFile(lines.join('\n'));
      // It is as old as what it says, also where it is written later than that.
      const asOf = new Date(snapshot.asOf);
      await file.utimes(asOf, asOf);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** What was kept, whole and of the same API server; nothing where nothing was. The error says why it is of no use. */
export async function readSnapshot(path: string, server: string): Promise<Result<ClusterSnapshot | undefined>> {
  let text: string;
  let confirmedAt: number;
  try {
    const file = await open(path);
    try {
      text = await file.readFile('utf8');
      confirmedAt = (await file.stat()).mtimeMs;
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? ok(undefined) : err(`it cannot be read: ${message}`);
  }
  const snapshot = fromLines(text.split('\n'));
  if (!snapshot.ok) return snapshot;
  if (snapshot.value.server !== server)
    return err(`it is of another API server, ${snapshot.value.server} instead of ${server}`);
  return ok({ ...snapshot.value, asOf: Math.max(snapshot.value.asOf, Math.round(confirmedAt)) });
}
