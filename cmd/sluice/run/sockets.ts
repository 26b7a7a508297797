import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '../../../src/lib/result.ts';
import { temporaryFolder } from '../../../src/lib/temporary-folder.ts';

export interface Sockets {
  /** One for each processor. */
  readonly paths: readonly string[];
  remove(): Promise<void>;
}

/** The kernel takes no longer path of a socket, in bytes. */
const longestPath = 107;

/** Where processors listen. A folder for temporary files whose path is too long for that is left alone. */
export async function makeSockets(count: number, temporary = tmpdir()): Promise<Result<Sockets>> {
  const paths = (folder: string): readonly string[] =>
    Array.from({ length: count }, (_, index) => join(folder, `processor-${index}.sock`));
  const isTooLong = paths(join(temporary, 'sluice-123456')).some((path) => Buffer.byteLength(path) > longestPath);
  const folder = await temporaryFolder('sluice-', isTooLong ? '/tmp' : temporary);
  return folder.ok ? ok({ paths: paths(folder.value.path), remove: folder.value.remove }) : folder;
}
