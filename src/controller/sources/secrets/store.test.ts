import { execFileSync } from 'node:child_process';
import { mkdir, rename, symlink } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type TestFolder, testFolder } from '../testing/folder.ts';
import { createSecretStore, type SecretStore, type SecretStoreOptions } from './store.ts';

interface Watched {
  readonly store: SecretStore;
  readonly changes: () => number;
  until(isDone: () => boolean): Promise<void>;
}

function stored(options: Partial<SecretStoreOptions> = {}): Watched {
  let changes = 0;
  const onChange = (): void => {
    changes++;
  };
  const store = createSecretStore({ env: {}, pollMs: 3_600_000, onChange, ...options });
  onTestFinished(() => store.close());
  return {
    store,
    changes: () => changes,
    async until(isDone) {
      const deadline = Date.now() + 5000;
      while (!isDone()) {
        if (Date.now() > deadline) throw new Error('nothing happened for five seconds');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

function value(store: SecretStore, folder: TestFolder, file = 'key'): string {
  const result = store.resolve({ file }, folder.path);
  return result.ok ? result.value : `(${result.error.replaceAll(folder.path, '.')})`;
}

describe('createSecretStore', () => {
  describe('with environment variables', () => {
    const env = { A: 'hunter2\n', EMPTY: '', BLANK: '\n' };

    it.each([
      ['A', { ok: true, value: 'hunter2' }],
      ['B', { ok: false, error: 'environment variable B is not set' }],
      ['EMPTY', { ok: false, error: 'environment variable EMPTY is empty' }],
      ['BLANK', { ok: false, error: 'environment variable BLANK is empty' }],
      ['toString', { ok: false, error: 'environment variable toString is not set' }],
    ])('resolves %s', (name, result) => {
      expect(stored({ env }).store.resolve({ env: name }, '/')).toEqual(result);
    });
  });

  it('has no Secrets of its own: those of a folder are documents', () => {
    const { store } = stored();
    expect(store.resolve({ secretKeyRef: { name: 'openai', key: 'api-key' } }, '/')).toEqual({
      ok: false,
      error: 'there is no Secret "openai", with the entry "api-key", among the documents',
    });
  });

  it('reads files relative to the folder of the document, or where an absolute path says', async () => {
    const folder = await testFolder();
    await folder.write('secrets/key', 'hunter2\r\n\n');
    const { store } = stored();
    expect(value(store, folder, 'secrets/key')).toBe('hunter2');
    expect(store.resolve({ file: '../key' }, folder.at('secrets/sub'))).toEqual({ ok: true, value: 'hunter2' });
    expect(store.resolve({ file: folder.at('secrets/key') }, '/elsewhere')).toEqual({ ok: true, value: 'hunter2' });
  });

  it('keeps line ends within a certificate', async () => {
    const folder = await testFolder();
    await folder.write('key', 'line 1\nline 2\n');
    expect(value(stored().store, folder)).toBe('line 1\nline 2');
  });

  it('says why a file has no secret, without repeating anything of it', async () => {
    const folder = await testFolder();
    await folder.write('empty', '\n');
    await folder.write('huge', 'hunter2'.repeat(10_000));
    await mkdir(folder.at('sub'));
    await symlink('loop', folder.at('loop'));
    execFileSync('mkfifo', [folder.at('pipe')]);
    const { store } = stored();
    const answers = ['gone', 'empty', 'huge', 'sub', 'loop', 'pipe', 'empty/x'].map((file) =>
      value(store, folder, file),
    );
    expect(answers).toEqual([
      '(file ./gone does not exist)',
      '(file ./empty is empty)',
      '(file ./huge is larger than 64KiB)',
      '(file ./sub is not a regular file)',
      '(file ./loop cannot be read (ELOOP))',
      '(file ./pipe is not a regular file)',
      '(file ./empty/x does not exist)',
    ]);
  });

  it('masks a secret that somebody wrote in place of its path', () => {
    const { store } = stored();
    const result = store.resolve({ file: 'sk-proj-0123456789abcdef' }, '/policy');
    expect(result).toEqual({ ok: false, error: 'file /policy/[masked] does not exist' });
  });

  it('notices a rotated file', async () => {
    const folder = await testFolder();
    await folder.write('key', 'one');
    const { store, changes, until } = stored();
    expect(value(store, folder)).toBe('one');
    await folder.replace('key', 'two');
    await until(() => changes() === 1);
    expect(value(store, folder)).toBe('two');
    await folder.write('key', 'three');
    await until(() => changes() === 2);
    expect(value(store, folder)).toBe('three');
  });

  it('notices that Kubernetes swaps a mount', async () => {
    const folder = await testFolder();
    await folder.write('..1/key', 'one');
    await symlink('..1', folder.at('..data'));
    await symlink('..data/key', folder.at('key'));
    const { store, changes, until } = stored();
    expect(value(store, folder)).toBe('one');
    await folder.write('..2/key', 'two');
    await symlink('..2', folder.at('..tmp'));
    await rename(folder.at('..tmp'), folder.at('..data'));
    await until(() => changes() === 1);
    expect(value(store, folder)).toBe('two');
  });

  it('notices a file that appears', async () => {
    const folder = await testFolder();
    const { store, changes, until } = stored();
    expect(value(store, folder)).toBe('(file ./key does not exist)');
    await folder.write('key', 'one');
    await until(() => changes() === 1);
    expect(value(store, folder)).toBe('one');
  });

  it('looks from time to time even if no event arrives', async () => {
    const folder = await testFolder();
    const { store, changes, until } = stored({ pollMs: 20 });
    expect(value(store, folder, 'later/key')).toBe('(file ./later/key does not exist)');
    await folder.write('later/key', 'one');
    await until(() => changes() === 1);
    expect(value(store, folder, 'later/key')).toBe('one');
  });

  it('keeps the value while a file is being rewritten, and gives it up when it stays away', async () => {
    const folder = await testFolder();
    await folder.write('key', 'one');
    const { store, changes, until } = stored({ pollMs: 20, graceMs: 1000 });
    expect(value(store, folder)).toBe('one');
    await folder.write('key', '');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([value(store, folder), changes()]).toEqual(['one', 0]);
    await folder.write('key', 'one');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect([value(store, folder), changes()]).toEqual(['one', 0]);
    await folder.remove('key');
    await until(() => changes() === 1);
    expect(value(store, folder)).toBe('(file ./key does not exist)');
  });

  it('says nothing of a file that nobody asks for any more', async () => {
    const folder = await testFolder();
    await folder.write('old', 'one');
    await folder.write('key', 'one');
    const { store, changes, until } = stored({ pollMs: 20 });
    value(store, folder, 'old');
    value(store, folder);
    await folder.replace('old', 'two');
    await until(() => changes() === 1);
    // What follows a change asks anew for what it needs: no longer for `old`.
    value(store, folder);
    await folder.replace('old', 'three');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(changes()).toBe(1);
    await folder.replace('key', 'two');
    await until(() => changes() === 2);
  });
});
