import { existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

describe('temporaryFolder()', () => {
  it('makes a folder that only this user can read, and takes it away', async () => {
    const made = await temporaryFolder('sluice-test-');
    if (!made.ok) throw new Error(made.error);
    const { path, remove } = made.value;
    expect(statSync(path).mode & 0o777).toBe(0o700);
    await remove();
    expect(existsSync(path)).toBe(false);
  });

  it('says in a sentence where none can be made', async () => {
    const nowhere = join(tmpdir(), 'sluice-is-not-there');
    expect(await temporaryFolder('sluice-test-', nowhere)).toEqual({
      ok: false,
      error: `No folder can be made in ${nowhere} (ENOENT). Set TMPDIR to one that is there and can be written to.`,
    });
  });
});
