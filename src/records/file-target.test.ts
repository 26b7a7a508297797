import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
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
    expect(await target.open()).toBe('anew');
    expect(await target.open()).toBe('same');
    await target.write(Buffer.from('one\n'));
    expect(await target.open()).toBe('same');
    await rename(path, `${path}.1`);
    expect(await target.open()).toBe('anew');
    expect(await target.open()).toBe('same');
    await target.write(Buffer.from('two\n'));
    await target.close();
    expect(await readFile(`${path}.1`, 'utf8')).toBe('one\n');
    expect(await readFile(path, 'utf8')).toBe('two\n');
  });

  it('says what somebody else has written behind it', async () => {
    const target = fileTarget(path);
    await target.open();
    await target.write(Buffer.from('one\n'));
    await appendFile(path, 'two\n');
    expect(await target.open()).toBe('anew');
    await appendFile(path, 'half');
    expect(await target.open()).toBe('torn');
    // Nothing could be written meanwhile.
    expect(await target.open()).toBe('torn');
    await target.write(Buffer.from('\n'));
    expect(await target.open()).toBe('same');
    await target.close();
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
    const closed = once(reader, 'close');
    await rename(path, `${path}.1`);
    await target.open();
    // Whoever reads a pipe comes to its end when nobody has it open for writing.
    expect(await closed).toEqual([0, null]);
    await target.close();
  });
});
