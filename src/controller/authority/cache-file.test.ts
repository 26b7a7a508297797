import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../pki/authority.ts';
import { authorityCache } from './cache-file.ts';

describe('authorityCache()', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-authority-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gives back what was written, to its owner alone', async () => {
    const cache = authorityCache(join(folder, 'authority.pem'));
    const authorities = [await createAuthority({ name: 'a', now: new Date() })];
    await cache.write(authorities);
    await cache.write(authorities);
    expect(await cache.read()).toEqual(authorities);
    expect((await stat(join(folder, 'authority.pem'))).mode & 0o777).toBe(0o600);
  });

  it('writes although a process of the same number has ended in the middle of it', async () => {
    const path = join(folder, 'authority.pem');
    await writeFile(`${path}.${process.pid}.tmp`, 'half');
    const authorities = [await createAuthority({ name: 'a', now: new Date() })];
    await authorityCache(path).write(authorities);
    expect(await authorityCache(path).read()).toEqual(authorities);
  });

  it('has nothing where there is no file, or one that was cut', async () => {
    const path = join(folder, 'authority.pem');
    expect(await authorityCache(path).read()).toBeUndefined();
    await writeFile(path, '-----BEGIN CERTIFICATE-----\nMII');
    expect(await authorityCache(path).read()).toBeUndefined();
  });
});
