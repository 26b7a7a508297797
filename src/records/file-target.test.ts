import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileTarget } from './file-target.ts';
import { eventually } from './testing/recorded-metrics.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-target-'));
  path = join(folder, 'usage.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

describe('fileTarget()', () => {
  it('says when it is another file than before', async () => {
    const target = fileTarget(path);
    expect(await target.open()).toBe(true);
    expect(await target.open()).toBe(false);
    await target.write(Buffer.from('one\n'));
    await rename(path, `${path}.1`);
    expect(await target.open()).toBe(true);
    expect(await target.open()).toBe(false);
    await target.write(Buffer.from('two\n'));
    await target.close();
    expect(await readFile(`${path}.1`, 'utf8')).toBe('one\n');
    expect(await readFile(path, 'utf8')).toBe('two\n');
  });

  it('lets go of a file that was renamed', async () => {
    execFileSync('mkfifo', [path]);
    const reader = spawn('cat', [path]);
    const target = fileTarget(path);
    await eventually(() =>
      target.open().then(
        () => true,
        () => false,
      ),
    );
    await rename(path, `${path}.1`);
    await target.open();
    // Whoever reads a pipe comes to its end when nobody has it open for writing.
    expect(await once(reader, 'close')).toEqual([0, null]);
    await target.close();
  });
});
