import { mkdir, rename, symlink } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testFolder } from '../testing/folder.ts';
import { createFolderWatch } from './folder-watch.ts';

function watching() {
  const errors: Error[] = [];
  const seen: string[] = [];
  const watch = createFolderWatch(
    (_folder, name) => seen.push(name ?? '?'),
    (error) => errors.push(error),
  );
  onTestFinished(() => watch.close());
  return { watch, errors, seen };
}

describe('createFolderWatch()', () => {
  it('says whether a folder is new, and watches it again when it is back', async () => {
    const folder = await testFolder();
    const { watch, seen } = watching();
    expect(watch.update([folder.path])).toBe(true);
    expect(watch.update([folder.path])).toBe(false);
    expect(watch.update([])).toBe(false);
    expect(watch.update([folder.path])).toBe(true);
    await folder.write('a.yaml', '');
    await expect.poll(() => seen).toContain('a.yaml');
  });

  it('follows a path that leads through a symlink to another folder since', async () => {
    const folder = await testFolder();
    for (const name of ['old/x', 'new/x']) await mkdir(folder.at(name), { recursive: true });
    await symlink('old', folder.at('current'));
    const { watch, seen } = watching();
    expect(watch.update([folder.at('current/x')])).toBe(true);
    await symlink('new', folder.at('next'));
    await rename(folder.at('next'), folder.at('current'));
    expect(watch.update([folder.at('current/x')])).toBe(true);
    expect(watch.update([folder.at('current/x')])).toBe(false);
    await folder.write('new/x/a.yaml', '');
    await expect.poll(() => seen).toContain('a.yaml');
  });

  it('takes a folder that is gone since it was listed for no failure', async () => {
    const folder = await testFolder();
    const { watch, errors } = watching();
    expect(watch.update([folder.at('gone')])).toBe(false);
    await mkdir(folder.at('gone'));
    expect(watch.update([folder.at('gone')])).toBe(true);
    expect(errors).toEqual([]);
  });

  it('reports once what cannot be watched for another reason', async () => {
    const folder = await testFolder();
    const { watch, errors } = watching();
    // The kernel takes no name that is longer.
    const impossible = folder.at('x'.repeat(300));
    expect([watch.update([impossible]), watch.update([impossible])]).toEqual([false, false]);
    expect(errors.map((error) => 'code' in error && error.code)).toEqual(['ENAMETOOLONG']);
  });
});
