import { constants, write } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ByteTarget } from './line-delivery.ts';

const writeTo = promisify(write);

/**
 * For a named pipe that nobody reads, or not fast enough: it fails at once and is tried again. A thread that waits for it
 * would keep the process from ending.
 */
const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * A file that others may rotate: whoever renames or removes it finds the next records in a new file of the same name.
 * Records say who used what, so that only owner and group may read them.
 */
export function fileTarget(path: string): ByteTarget {
  let handle: FileHandle | undefined;
  let inode: bigint | undefined;
  return {
    async open() {
      if (handle !== undefined && inode !== undefined && (await isStill(path, inode))) return false;
      const before = handle;
      handle = undefined;
      await before?.close().catch(() => undefined);
      handle = await open(path, appending, 0o640);
      const { ino } = await handle.stat({ bigint: true });
      const isOther = ino !== inode;
      inode = ino;
      return isOther;
    },
    async write(bytes) {
      if (handle === undefined) return 0;
      const { bytesWritten } = await handle.write(bytes);
      return bytesWritten;
    },
    async close() {
      await handle?.close();
      handle = undefined;
    },
  };
}

async function isStill(path: string, inode: bigint): Promise<boolean> {
  try {
    return (await stat(path, { bigint: true })).ino === inode;
  } catch {
    return false;
  }
}

/**
 * An open descriptor, such as standard output. Not through `process.stdout`, which waits for a slow reader of a pipe and
 * all requests with it; here a thread of the pool waits.
 */
export function descriptorTarget(descriptor: number): ByteTarget {
  return {
    open: () => Promise.resolve(false),
    async write(bytes) {
      const { bytesWritten } = await writeTo(descriptor, bytes);
      return bytesWritten;
    },
    close: () => Promise.resolve(),
  };
}
