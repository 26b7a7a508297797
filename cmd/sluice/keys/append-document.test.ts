import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { appendDocument } from './append-document.ts';
import { keyDocument } from './key-document.ts';

const none = { user: undefined, team: undefined, project: undefined, models: [], expires: undefined };

function yamlOf(name: string): string {
  const document = keyDocument({ ...none, name }, `sk-sluice-${name}`);
  if (!document.ok) throw new Error(document.error);
  return document.value.yaml;
}

describe('appendDocument()', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-keys-'));
    file = join(folder, 'keys.yaml');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const add = (name: string) => appendDocument(file, `ApiKey/${name}`, yamlOf(name));
  const idsOf = async () => {
    const parsed = parseDocuments(await readFile(file, 'utf8'), file, folder);
    expect(parsed.problems).toEqual([]);
    return parsed.documents.map((document) => document.id);
  };

  it('makes the file, then adds to it, and leaves nothing else behind', async () => {
    expect((await add('one')).ok).toBe(true);
    expect((await add('two')).ok).toBe(true);
    expect(await idsOf()).toEqual(['ApiKey/one', 'ApiKey/two']);
    expect(await readdir(folder)).toEqual(['keys.yaml']);
  });

  it.each(['# only a comment', '# comment\n', `${yamlOf('one')}---\n`, yamlOf('one').trimEnd()])(
    'keeps what stands there, however it ends: %j',
    async (text) => {
      await writeFile(file, text);
      expect((await add('two')).ok).toBe(true);
      expect((await readFile(file, 'utf8')).startsWith(text)).toBe(true);
      expect(await idsOf()).toContain('ApiKey/two');
    },
  );

  it('refuses a name that is there, even if that document is broken, and changes nothing', async () => {
    const broken = yamlOf('one').replace('hash:', 'hsah:');
    await writeFile(file, broken);
    expect(await add('one')).toMatchObject({ ok: false, error: expect.stringContaining('ApiKey/one is in') });
    expect(await readFile(file, 'utf8')).toBe(broken);
  });

  it('refuses a file that it cannot read whole, since the name may be in there', async () => {
    await writeFile(file, 'kind: [');
    expect(await add('one')).toMatchObject({ ok: false, error: expect.stringContaining('cannot be read') });
  });

  it('refuses a file that the gateway would not read, and a folder that is not there', async () => {
    expect(await appendDocument(join(folder, 'keys.txt'), 'ApiKey/one', yamlOf('one'))).toMatchObject({ ok: false });
    const nowhere = await appendDocument(join(folder, 'no', 'keys.yaml'), 'ApiKey/one', yamlOf('one'));
    expect(nowhere).toMatchObject({ ok: false, error: expect.stringContaining('does not exist') });
  });

  it('lets one of several at once through, and loses no document of those that say they added one', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const results = await Promise.all(names.map(add));
    const added = names.filter((_, index) => results[index]?.ok).map((name) => `ApiKey/${name}`);
    expect(added.length).toBeGreaterThan(0);
    expect(await idsOf()).toEqual(expect.arrayContaining(added));
    for (const result of results) if (!result.ok) expect(result.error).toContain('being changed by someone else');
  });

  it('keeps the mode of the file and the symlink that leads to it', async () => {
    await writeFile(join(folder, 'real.yaml'), yamlOf('one'));
    await chmod(join(folder, 'real.yaml'), 0o640);
    await symlink('real.yaml', file);
    expect((await add('two')).ok).toBe(true);
    expect((await stat(join(folder, 'real.yaml'))).mode & 0o777).toBe(0o640);
    expect(await readFile(join(folder, 'real.yaml'), 'utf8')).toContain('name: two');
    expect((await readdir(folder)).sort()).toEqual(['keys.yaml', 'real.yaml']);
  });
});
