import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, ok, type Result } from './result.ts';

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** A folder that only this user can read. It goes with the process, should nobody remove it before: a second Ctrl-C. */
export async function temporaryFolder(prefix: string, parent = tmpdir()): Promise<Result<TemporaryFolder>> {
  let path: string;
  try {
    path = await mkdtemp(join(parent, prefix));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return err(`No folder can be made in ${parent} (${code}). Set TMPDIR to one that is there and can be written to.`);
  }
  const removeNow = (): void => rmSync(path, { recursive: true, force: true });
  process.once('exit', removeNow);
  return ok({
    path,
    async remove() {
      process.off('exit', removeNow);
      await rm(path, { recursive: true, force: true });
    },
  });
}
