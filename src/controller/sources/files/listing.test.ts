import { once } from 'node:events';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type TestFolder, testFolder } from '../testing/folder.ts';
import { isPolicyFile } from './listed-file.ts';
import { listFolder } from './listing.ts';

async function names(folder: TestFolder): Promise<readonly string[]> {
  const listing = await listFolder(folder.path);
  return listing.files.map((file) => relative(folder.path, file.path));
}

describe('isPolicyFile', () => {
  it.each(['a.yaml', 'a.yml', 'a.json', 'a.b.yaml', '10-providers.yaml', 'A.YAML', 'a.Yml', 'a\nb.yaml'])(
    'takes %s',
    (name) => {
      expect(isPolicyFile(name)).toBe(true);
    },
  );

  it.each([
    '.a.yaml',
    'a.yaml~',
    '.#a.yaml',
    '#a.yaml#',
    '#a.yaml',
    '.a.yaml.swp',
    'a.yaml.swp',
    '4913',
    'a.txt',
    'yaml',
    '.yaml',
  ])('leaves %s alone', (name) => {
    expect(isPolicyFile(name)).toBe(false);
  });
});

describe('listFolder', () => {
  it('finds policy files in folders of folders, in the order of their paths', async () => {
    const folder = await testFolder();
    for (const name of ['b.yaml', 'a/z.json', 'a/b/c.yml', 'tls.crt', '.git/config.yaml', 'a/.x.yaml', 'B.yaml']) {
      await folder.write(name, 'x');
    }
    expect(await names(folder)).toEqual(['B.yaml', 'a/b/c.yml', 'a/z.json', 'b.yaml']);
  });

  it('follows symlinks to files and folders', async () => {
    const [folder, other] = [await testFolder(), await testFolder()];
    await other.write('shared.yaml', 'x');
    await other.write('more/models.yaml', 'x');
    await symlink(other.at('shared.yaml'), folder.at('linked.yaml'));
    await symlink(other.at('more'), folder.at('linked'));
    expect(await names(folder)).toEqual(['linked.yaml', 'linked/models.yaml']);
    expect((await listFolder(folder.path)).folders).toContain(other.path);
  });

  it('does not follow symlinks to files under another name than that of a policy', async () => {
    const [folder, other] = [await testFolder(), await testFolder()];
    await other.write('shared.yaml', 'x');
    await symlink(other.at('shared.yaml'), folder.at('notes.txt'));
    expect(await names(folder)).toEqual([]);
  });

  it('does not list a file twice that has a symlink beside it, nor run in circles', async () => {
    const folder = await testFolder();
    await folder.write('sub/real.yaml', 'x');
    await symlink('sub/real.yaml', folder.at('alias.yaml'));
    await symlink('.', folder.at('self'));
    await symlink('..', folder.at('sub/up'));
    expect(await names(folder)).toEqual(['sub/real.yaml']);
  });

  it('reads mounts of Kubernetes, and sees that one was swapped', async () => {
    const folder = await testFolder();
    await folder.write('..2026_01_01/policy.yaml', 'x');
    await symlink('..2026_01_01', folder.at('..data'));
    await symlink('..data/policy.yaml', folder.at('policy.yaml'));
    const before = await listFolder(folder.path);
    await folder.write('..2026_01_02/policy.yaml', 'x');
    await symlink('..2026_01_02', folder.at('..data_tmp'));
    await rename(folder.at('..data_tmp'), folder.at('..data'));
    const after = await listFolder(folder.path);
    expect(before.files.map((file) => file.path)).toEqual([folder.at('policy.yaml')]);
    expect(after.files.map((file) => file.path)).toEqual([folder.at('policy.yaml')]);
    expect(after.files[0]?.signature).not.toBe(before.files[0]?.signature);
    expect(after.folders).toContain(folder.at('..2026_01_02'));
  });

  it('says which symlinks lead nowhere, and that nothing is known of what they stood for', async () => {
    const folder = await testFolder();
    await symlink('gone', folder.at('a.yaml'));
    await symlink('loop.yaml', folder.at('loop.yaml'));
    await symlink('gone', folder.at('not-ours'));
    const listing = await listFolder(folder.path);
    expect(listing.problems.map((problem) => [problem.source, problem.message])).toEqual([
      [folder.at('a.yaml'), 'is a symlink to something that does not exist'],
      [folder.at('loop.yaml'), 'is a symlink that leads to itself'],
    ]);
    expect(listing.unreadable).toEqual([folder.at('a.yaml'), folder.at('loop.yaml')]);
  });

  it('says which names are no text, rather than pass over what they may hold', async () => {
    const folder = await testFolder();
    const named = (bytes: string): Buffer =>
      Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from(bytes, 'latin1')]);
    await writeFile(named('caf\xe9.yaml'), '');
    await writeFile(named('caf\xe9.txt'), '');
    await mkdir(named('sub\xe9'));
    const { files, problems } = await listFolder(folder.path);
    expect(files).toEqual([]);
    expect(problems.map(({ severity, source, message }) => [severity, relative(folder.path, source), message])).toEqual(
      [
        ['error', 'caf\ufffd.yaml', 'has a name that is not UTF-8'],
        ['error', 'sub\ufffd', 'has a name that is not UTF-8'],
      ],
    );
  });

  it('goes sixteen folders deep, and says where it stops', async () => {
    const folder = await testFolder();
    const deep = (depth: number): string => Array.from({ length: depth }, (_, index) => `${index + 1}`).join('/');
    await folder.write(`${deep(16)}/in.yaml`, '');
    await folder.write(`${deep(17)}/out.yaml`, '');
    expect(await names(folder)).toEqual([`${deep(16)}/in.yaml`]);
    expect((await listFolder(folder.path)).problems).toMatchObject([
      { severity: 'warning', source: folder.at(deep(17)), message: 'is more than 16 folders deep' },
    ]);
  });

  it('says of a folder that cannot be looked at why, and that nothing is known of it', async () => {
    const folder = await testFolder();
    await symlink('loop', folder.at('loop'));
    expect(await listFolder(folder.at('loop'))).toMatchObject({
      files: [],
      unreadable: [folder.at('loop')],
      problems: [{ severity: 'error', message: 'is a symlink that leads to itself' }],
      isMissing: false,
    });
  });

  it('does not wait for what is no file, and says so', async () => {
    const folder = await testFolder();
    const server = createServer().listen(folder.at('a.yaml'));
    await once(server, 'listening');
    const { files, problems } = await listFolder(folder.path);
    server.close();
    expect(files).toEqual([]);
    expect(problems).toMatchObject([{ severity: 'warning', source: folder.at('a.yaml'), message: 'is not a file' }]);
  });

  it('tells a missing folder from an empty one and from a file', async () => {
    const folder = await testFolder();
    expect(await listFolder(folder.at('gone'))).toMatchObject({ isMissing: true, problems: [] });
    expect(await listFolder(folder.path)).toMatchObject({ isMissing: false, files: [], problems: [] });
    await folder.write('a.yaml', 'x');
    expect((await listFolder(folder.at('a.yaml'))).problems).toEqual([
      {
        severity: 'error',
        source: folder.at('a.yaml'),
        document: '',
        path: '',
        message: 'is not a folder',
        remedy: 'name a folder with policy files',
      },
    ]);
  });
});
