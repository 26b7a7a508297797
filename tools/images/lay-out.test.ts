import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closureOf } from './closure.ts';
import { layOut } from './lay-out.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-image-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('an image of a program', () => {
  it('holds the packages that it loads, with theirs, and no others', () => {
    const { packages } = closureOf(root, ['cmd/processor/main.ts']);
    expect(packages).toEqual(expect.arrayContaining(['node_modules/pino', 'node_modules/@grpc/grpc-js']));
    expect(packages).toContain('node_modules/sonic-boom');
    expect(packages).not.toContain('node_modules/@kubernetes/client-node');
    expect(packages).not.toContain('node_modules/vitest');
  });

  it('holds no tests', () => {
    const { files } = closureOf(root, ['cmd/controller/main.ts', 'cmd/processor/main.ts']);
    expect(files.filter((file) => /\.test\.ts$|\/testing\//.test(file))).toEqual([]);
  });

  it('can be read by everybody, whatever the umask of the checkout was', async () => {
    const checkout = join(folder, 'checkout');
    await mkdir(join(checkout, 'cmd'), { recursive: true, mode: 0o700 });
    for (const name of ['package.json', 'LICENSE', 'cmd/main.ts']) {
      await writeFile(join(checkout, name), name === 'package.json' ? '{}' : '', { mode: 0o600 });
    }
    const output = join(folder, 'private');
    await layOut(checkout, output, ['cmd/main.ts']);
    const modes = ['', 'cmd', 'cmd/main.ts', 'package.json', 'LICENSE'].map((path) => stat(join(output, path)));
    expect((await Promise.all(modes)).map(({ mode }) => (mode & 0o777).toString(8))).toEqual([
      ...['755', '755'],
      ...['644', '644', '644'],
    ]);
  });

  it('runs where nothing else of the repository is', { timeout: 120_000 }, async () => {
    for (const program of ['controller', 'processor']) {
      const output = join(folder, program);
      await layOut(root, output, [`cmd/${program}/main.ts`]);
      const text = execFileSync(process.execPath, [`${output}/cmd/${program}/main.ts`, '--help'], { encoding: 'utf8' });
      expect(text).toMatch(new RegExp(`^Usage: .*${program}`, 'm'));
      expect(existsSync(join(output, 'node_modules/typescript'))).toBe(false);
    }
  });
});
