import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeSockets } from './sockets.ts';

/** A folder whose path has so many bytes. */
async function folderOf(bytes: number): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 's'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const path = join(parent, 'x'.repeat(bytes - parent.length - 1));
  await mkdir(path);
  return path;
}

async function made(count: number, temporary: string) {
  const sockets = await makeSockets(count, temporary);
  if (!sockets.ok) throw new Error(sockets.error);
  onTestFinished(() => sockets.value.remove());
  return sockets.value.paths;
}

describe('makeSockets()', () => {
  // "/sluice-123456/processor-9.sock" has 31 bytes.
  it('names one path for each processor, in a folder for temporary files', async () => {
    const folder = await folderOf(107 - 31);
    const paths = await made(10, folder);
    expect(paths.map((path) => path.length)).toEqual(Array(10).fill(107));
    expect(new Set(paths.map((path) => dirname(dirname(path))))).toEqual(new Set([folder]));
    expect(new Set(paths).size).toBe(10);
  });

  it('goes where paths are short enough for the kernel', async () => {
    const folder = await folderOf(107 - 31);
    expect((await made(11, folder)).map((path) => dirname(dirname(path)))).toEqual(Array(11).fill('/tmp'));
  });

  it('says what to do where there is no such folder', async () => {
    expect(await makeSockets(1, '/tmp/not-there')).toMatchObject({ error: expect.stringContaining('Set TMPDIR to') });
  });
});
