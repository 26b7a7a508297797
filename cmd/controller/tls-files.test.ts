import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../e2e/support/until.ts';
import { followTlsFiles, readTlsFiles } from './tls-files.ts';

describe('the certificates of the xDS port', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-tls-'));
    await writeFile(join(folder, 'crt'), 'one');
    await writeFile(join(folder, 'key'), 'k');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are read, or it is said which file is missing', () => {
    const files = { certificate: join(folder, 'crt'), privateKey: join(folder, 'key') };
    expect(readTlsFiles(files)).toEqual({ ok: true, value: { certificate: 'one', privateKey: 'k' } });
    const missing = join(folder, 'ca');
    expect(readTlsFiles({ ...files, clientCa: missing })).toEqual({
      ok: false,
      error: `${missing} cannot be read (ENOENT).`,
    });
  });

  it('are taken over when they change, as soon as they fit each other', async () => {
    const files = { certificate: join(folder, 'crt'), privateKey: join(folder, 'key') };
    const taken: string[] = [];
    let doesFit = false;
    const followed = followTlsFiles(
      files,
      { certificate: 'one', privateKey: 'k' },
      ({ certificate }) => {
        if (!doesFit) throw new Error('key values mismatch');
        taken.push(certificate);
      },
      5,
    );
    await writeFile(files.certificate, 'two');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(taken).toEqual([]);
    doesFit = true;
    await until('the new certificate', () => taken.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    followed.close();
    expect(taken).toEqual(['two']);
  });
});
