import { rename, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { problemText } from '../../../policy/testing/problem-text.ts';
import { provider, type TestFolder, testFolder } from '../testing/folder.ts';
import { readFolder } from './read-folder.ts';
import { nothingScanned, type Scan, scanFolder } from './scan.ts';

function ids(scan: Scan): readonly string[] {
  return scan.state.documents.map((document) => document.id);
}

function problems(scan: Scan, folder: TestFolder): readonly string[] {
  return scan.state.problems.map((problem) => problemText(problem).replaceAll(folder.path, '.'));
}

describe('readFolder', () => {
  it('reads all files, sorts the documents, and says everything that is wrong', async () => {
    const folder = await testFolder();
    await folder.write('z.yaml', provider('a'));
    await folder.write('sub/b.json', JSON.stringify({ kind: 'McpServer', metadata: { name: 'x' } }));
    await folder.write('c.yaml', `${provider('c')}---\n${provider('b')}---\n${provider('a')}`);
    const state = await readFolder(folder.path);
    expect(state.documents.map(({ id, folder: place }) => [id, place])).toEqual([
      ['Provider/a', folder.path],
      ['Provider/b', folder.path],
      ['Provider/c', folder.path],
    ]);
    expect(state.problems.map((problem) => problemText(problem).replaceAll(folder.path, '.'))).toEqual([
      './sub/b.json:1: McpServer/x: kind McpServer is not served by this version — remove it; served: Provider, Model, ApiKey, Guardrail, Limit, Budget, PriceCatalogue, GatewayPolicy, GatewayParameters, or a kind of Gateway API, Envoy Gateway or Envoy AI Gateway',
      './z.yaml:1: Provider/a: metadata.name Provider/a is defined already at ./c.yaml:11, which stays in force — rename or remove one of them',
    ]);
  });

  it('gives each document the folder of its own file, for secrets beside it', async () => {
    const folder = await testFolder();
    await folder.write('sub/a.yaml', provider('a'));
    expect((await readFolder(folder.path)).documents[0]?.folder).toBe(folder.at('sub'));
  });

  it('says that a folder is not there, or empty', async () => {
    const folder = await testFolder();
    expect((await readFolder(folder.at('gone'))).problems).toMatchObject([
      { severity: 'error', source: folder.at('gone'), message: 'does not exist' },
    ]);
    expect((await readFolder(folder.path)).problems).toMatchObject([
      { severity: 'warning', source: folder.path, message: 'holds no policy files' },
    ]);
  });

  it('refuses a file that is no policy, unread', async () => {
    const folder = await testFolder();
    await folder.write('huge.yaml', '#'.repeat(10 * 1024 * 1024 + 1));
    expect((await readFolder(folder.path)).problems).toMatchObject([
      { source: folder.at('huge.yaml'), message: 'is larger than 10MiB', remedy: 'split it into several files' },
    ]);
  });
});

describe('a file in another encoding', () => {
  it.each<[string, BufferEncoding]>([
    ['Latin-1', 'latin1'],
    ['UTF-16', 'utf16le'],
  ])('%s is said to be one, and not read as something else', async (_, encoding) => {
    const folder = await testFolder();
    await writeFile(folder.at('a.yaml'), `\ufeff${provider('a')}# caf\u00e9\n`, encoding);
    const state = await readFolder(folder.path);
    expect(state.documents).toEqual([]);
    expect(state.problems).toMatchObject([{ severity: 'error', source: folder.at('a.yaml'), message: 'is not UTF-8' }]);
  });
});

describe('scanFolder', () => {
  it('gives the same state while nothing differs', async () => {
    const folder = await testFolder();
    await folder.write('a.yaml', provider('a'));
    const first = await scanFolder(folder.path, nothingScanned);
    expect(first.state.revision).toBe(1);
    await folder.replace('a.yaml', provider('a'));
    const second = await scanFolder(folder.path, first);
    expect(second.state).toBe(first.state);
  });

  it('keeps the documents that did not change', async () => {
    const folder = await testFolder();
    await folder.write('a.yaml', `${provider('a')}---\n${provider('b')}`);
    await folder.write('c.yaml', provider('c'));
    const first = await scanFolder(folder.path, nothingScanned);
    await folder.write('a.yaml', `${provider('a')}---\n${provider('b', ', network: private')}`);
    const second = await scanFolder(folder.path, first);
    expect(second.state.revision).toBe(2);
    expect(second.state.documents.map((document, index) => document === first.state.documents[index])).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('keeps the last good version while a file is broken, and says so until it is repaired', async () => {
    const folder = await testFolder();
    await folder.write('a.yaml', `${provider('a')}---\n${provider('b')}`);
    const first = await scanFolder(folder.path, nothingScanned);
    await folder.write('a.yaml', `${provider('a')}---\nnot: [closed`);
    const second = await scanFolder(folder.path, first);
    expect(ids(second)).toEqual(['Provider/a', 'Provider/b']);
    expect([...second.state.stale.keys()]).toEqual(['Provider/b']);
    expect(problems(second, folder)[0]).toMatch(/^\.\/a\.yaml:6: document 2: the YAML /);
    await folder.write('a.yaml', provider('a'));
    const third = await scanFolder(folder.path, second);
    expect(ids(third)).toEqual(['Provider/a']);
    expect(third.state).toMatchObject({ problems: [], stale: new Map() });
  });

  it('takes a file that has become empty for one that is being written', async () => {
    const folder = await testFolder();
    await folder.write('a.yaml', provider('a'));
    const first = await scanFolder(folder.path, nothingScanned);
    await folder.write('a.yaml', '');
    const second = await scanFolder(folder.path, await scanFolder(folder.path, first));
    expect(ids(second)).toEqual(['Provider/a']);
    expect(problems(second, folder)).toEqual(['./a.yaml: has become empty — write its documents, or remove the file']);
    await folder.write('a.yaml', provider('a'));
    const third = await scanFolder(folder.path, second);
    expect(third.state.documents[0]).toBe(first.state.documents[0]);
    expect(third.state.problems).toEqual([]);
  });

  it('keeps the documents of a folder that has vanished, until it is back', async () => {
    const folder = await testFolder();
    await folder.write('a.yaml', provider('a'));
    const first = await scanFolder(folder.path, nothingScanned);
    await rename(folder.path, `${folder.path}.away`);
    const second = await scanFolder(folder.path, first);
    expect(ids(second)).toEqual(['Provider/a']);
    expect([...second.state.stale]).toEqual([['Provider/a', folder.path]]);
    expect(problems(second, folder)).toEqual([
      '.: does not exist; the last policy stays in force — create the folder, or name another one',
    ]);
    expect((await scanFolder(folder.path, second)).state).toBe(second.state);
    await rename(`${folder.path}.away`, folder.path);
    const third = await scanFolder(folder.path, second);
    expect(third.state).toMatchObject({ problems: [], stale: new Map() });
    expect(third.state.documents[0]).toBe(first.state.documents[0]);
  });

  it('keeps the documents of a folder that was emptied, as a lost mount is, until files are back', async () => {
    const folder = await testFolder();
    await folder.write('sub/a.yaml', provider('a'));
    // What was written a moment ago would be read again in any case.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const first = await scanFolder(folder.path, nothingScanned);
    await rename(folder.at('sub'), `${folder.path}.away`);
    const second = await scanFolder(folder.path, first);
    expect(ids(second)).toEqual(['Provider/a']);
    expect([...second.state.stale]).toEqual([['Provider/a', folder.path]]);
    expect(problems(second, folder)).toEqual([
      '.: holds no policy files any more; the last policy stays in force — put the files back; to drop the policy on purpose, leave a file without documents',
    ]);
    expect((await scanFolder(folder.path, second)).state).toBe(second.state);
    // The very same file, as a mount brings it back.
    await rename(`${folder.path}.away`, folder.at('sub'));
    const third = await scanFolder(folder.path, second);
    expect(third.state).toMatchObject({ problems: [], stale: new Map() });
    expect(third.state.documents[0]).toBe(first.state.documents[0]);
  });

  it('keeps what stands behind symlinks that lead nowhere, files and folders', async () => {
    const folder = await testFolder();
    await folder.write('.real/a.yaml', provider('a'));
    await folder.write('.real/team/b.yaml', provider('b'));
    await symlink('.real/a.yaml', folder.at('a.yaml'));
    await symlink('.real/team', folder.at('team'));
    const first = await scanFolder(folder.path, nothingScanned);
    expect(ids(first)).toEqual(['Provider/a', 'Provider/b']);
    await folder.remove('.real');
    await folder.remove('team');
    await symlink('team', folder.at('team'));
    const second = await scanFolder(folder.path, first);
    expect(ids(second)).toEqual(['Provider/a', 'Provider/b']);
    expect(problems(second, folder).map((text) => text.split(' \u2014 ')[0])).toEqual([
      './a.yaml: is a symlink to something that does not exist',
      './team: is a symlink that leads to itself',
    ]);
  });

  it('drops everything where a file without documents says so', async () => {
    const folder = await testFolder();
    await folder.write('a.yaml', provider('a'));
    const first = await scanFolder(folder.path, nothingScanned);
    await folder.write('none.yaml', '# closed\n');
    await folder.remove('a.yaml');
    const second = await scanFolder(folder.path, first);
    expect(ids(second)).toEqual([]);
    expect(second.state.problems).toMatchObject([{ severity: 'warning', message: 'holds no document' }]);
  });

  it('drops the documents of a file that was removed', async () => {
    const folder = await testFolder();
    await folder.write('a.yaml', provider('a'));
    await folder.write('b.yaml', provider('b'));
    const first = await scanFolder(folder.path, nothingScanned);
    await folder.remove('a.yaml');
    expect(ids(await scanFolder(folder.path, first))).toEqual(['Provider/b']);
  });
});
