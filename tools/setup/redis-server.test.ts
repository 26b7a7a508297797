import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRedisServer } from './redis-server.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-redis-find-'));
  for (const name of ['valkey-server', 'mine']) {
    await writeFile(join(folder, name), '#!/bin/sh\n');
    await chmod(join(folder, name), 0o755);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('findRedisServer()', () => {
  it('takes the one that REDIS_SERVER names', async () => {
    const path = join(folder, 'mine');
    expect(await findRedisServer({ REDIS_SERVER: path, PATH: folder })).toEqual({ ok: true, value: path });
  });

  it('refuses a REDIS_SERVER that is not there', async () => {
    const found = await findRedisServer({ REDIS_SERVER: '/nowhere/redis', PATH: folder });
    expect(found).toEqual({ ok: false, error: 'REDIS_SERVER is /nowhere/redis, which is not an executable file.' });
  });

  it('takes a Valkey on the PATH', async () => {
    expect(await findRedisServer({ PATH: folder })).toEqual({ ok: true, value: join(folder, 'valkey-server') });
  });

  it('says in a sentence what to do when none can be had', async () => {
    const found = await findRedisServer({ PATH: '', HOME: join(folder, 'home') });
    expect(found.ok ? '' : found.error).toMatch(/^No Redis to test against: .* set REDIS_SERVER to it\.$/s);
  });
});
