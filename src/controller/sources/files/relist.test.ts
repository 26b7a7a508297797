import { symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type TestFolder, testFolder } from '../testing/folder.ts';
import { listFolder } from './listing.ts';
import { relist } from './relist.ts';

/** What a look at these names alone gives, after checking that it is what a full look gives. */
async function look(folder: TestFolder, change: () => Promise<void>, ...names: readonly string[]): Promise<unknown> {
  const before = await listFolder(folder.path);
  await change();
  const listing = await relist(before, new Set(names.map((name) => folder.at(name))));
  if (listing !== undefined) expect(listing).toEqual(await listFolder(folder.path));
  return listing?.files.map((file) => file.path.slice(folder.path.length + 1)) ?? 'look at everything';
}

describe('relist', () => {
  it('takes in files that are new, changed or gone', async () => {
    const folder = await testFolder();
    for (const name of ['b.yaml', 'd.yaml', 'sub/e.yaml']) await folder.write(name, 'x');
    const change = async (): Promise<void> => {
      await folder.write('a.yaml', 'x');
      await folder.write('b.yaml', 'changed');
      await folder.remove('d.yaml');
      await folder.write('sub/f.json', 'x');
    };
    expect(await look(folder, change, 'a.yaml', 'b.yaml', 'd.yaml', 'sub/f.json')).toEqual([
      'a.yaml',
      'b.yaml',
      'sub/e.yaml',
      'sub/f.json',
    ]);
  });

  it('leaves everything as it was for files that are no policy', async () => {
    const folder = await testFolder();
    await folder.write('a.yaml', 'x');
    const change = async (): Promise<void> => {
      await folder.write('.a.yaml.swp', 'x');
      await folder.write('.git/config', 'x');
    };
    expect(await look(folder, change, '.a.yaml.swp', '.git', '4913')).toEqual(['a.yaml']);
  });

  it('wants a look at everything when folders come or go', async () => {
    const folder = await testFolder();
    await folder.write('sub/a.yaml', 'x');
    expect(await look(folder, () => folder.write('new/b.yaml', 'x'), 'new')).toBe('look at everything');
    expect(await look(folder, () => folder.remove('sub'), 'sub')).toBe('look at everything');
    expect(await look(folder, () => Promise.resolve(), 'elsewhere/x.yaml')).toBe('look at everything');
  });

  it('wants a look at everything when there are symlinks', async () => {
    const folder = await testFolder();
    await folder.write('a.txt', 'x');
    expect(await look(folder, () => symlink('a.txt', folder.at('a.yaml')), 'a.yaml')).toBe('look at everything');
    expect(await look(folder, () => folder.write('a.txt', 'y'), 'a.txt')).toBe('look at everything');
  });
});
