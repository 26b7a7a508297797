import { constants, write } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ByteTarget } from './line-delivery.ts';

const writeTo = promisify(write);
const lineFeed = 0x0a;

/**
 * For a named pipe that nobody reads, or not fast enough: it fails at once and is tried again. A thread that waits for it
 * would keep the process from ending.
 */
const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * A file that others may rotate: whoever renames or removes it finds the next records in a new file of the same name.
 * Several processors may share it: each appends whole lines, but for those that a full disk has torn.
 * Records say who used what, so that only owner and group may read them.
 */
export function fileTarget(path: string): ByteTarget {
  let handle: FileHandle | undefined;
  let inode: bigint | undefined;
  /** How long the file was behind what was written here last; undefined: it has no length, as a pipe. */
  let length: bigint | undefined;

  const measured = async (file: FileHandle): Promise<bigint | undefined> => {
    const now = await file.stat({ bigint: true });
    inode = now.ino;
    return now.isFile() ? now.size : undefined;
  };
  return {
    async open() {
      const isSame = handle !== undefined && inode !== undefined && (await isStill(path, inode));
      const inodeBefore = inode;
      if (!isSame) {
        const before = handle;
        handle = undefined;
        await before?.close().catch(() => undefined);
        handle = await open(path, appending, 0o640);
      }
      const lengthNow = handle && (await measured(handle));
      if (inode === inodeBefore && lengthNow === length) return 'same';
      // It stays so until something has been written.
      if (lengthNow !== undefined && (await isTornAt(path, lengthNow))) return 'torn';
      length = lengthNow;
      return 'anew';
    },
    async write(bytes) {
      if (handle === undefined) return 0;
      const { bytesWritten } = await handle.write(bytes);
      length = await measured(handle);
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

/** Whether a file of this length ends within a line. Where it may not be read that is not known, and rarely so. */
async function isTornAt(path: string, length: bigint): Promise<boolean> {
  if (length === 0n) return false;
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, length - 1n);
      return bytesRead === 1 && buffer[0] !== lineFeed;
    } finally {
      await file.close();
    }
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
    open: () => Promise.resolve('same'),
    async write(bytes) {
      const { bytesWritten } = await writeTo(descriptor, bytes);
      return bytesWritten;
    },
    close: () => Promise.resolve(),
  };
}
