import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInput } from './input.ts';

describe('readInput()', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'sluice-input-'));
    await writeFile(join(cwd, 'text.txt'), 'of the file');
  });
  afterAll(() => rm(cwd, { recursive: true }));

  const read = (file: string | undefined, pieces: readonly Buffer[], isTTY = false) =>
    readInput(file, cwd, Object.assign(Readable.from(pieces), { isTTY }) as unknown as NodeJS.ReadStream);
  const typed = [Buffer.from('größ').subarray(0, 3), Buffer.from('größ').subarray(3), Buffer.from('er')];

  it.each([['-'], [undefined]])('takes standard input for %s, however it is cut', async (file) => {
    expect(await read(file, typed)).toEqual({ ok: true, value: 'größer' });
  });

  it('takes what a file holds, and leaves standard input alone', async () => {
    expect(await read('text.txt', typed)).toEqual({ ok: true, value: 'of the file' });
  });

  it('does not wait for somebody to type, unless told so', async () => {
    expect(await read(undefined, typed, true)).toMatchObject({
      error: 'There is no text. Name a file, or pipe one in.',
    });
    expect(await read('-', typed, true)).toEqual({ ok: true, value: 'größer' });
  });

  it('says what is wrong with it', async () => {
    const megabytes = Array.from({ length: 11 }, () => Buffer.alloc(1024 * 1024, 'a'));
    expect(await read('-', megabytes)).toMatchObject({
      error: 'Standard input is larger than 10 MiB. Cut it into pieces.',
    });
    expect(await read('-', [Buffer.from([0xff])])).toMatchObject({ error: 'Standard input is not text in UTF-8.' });
    expect(await read('none.txt', [])).toMatchObject({ error: 'none.txt cannot be read (ENOENT).' });
  });
});
