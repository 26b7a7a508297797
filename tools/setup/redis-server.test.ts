import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisImage } from './redis-container.ts';
import { findRedis, findRedisServer } from './redis-server.ts';
import { startEngine } from './testing/container-engine.ts';

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

describe('findRedis()', () => {
  const brought = async (): Promise<string> => {
    const path = join(folder, 'cache/sluice/redis-6.2.912183/redis-server');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '#!/bin/sh\n');
    return path;
  };
  const elsewhere = { DOCKER_HOST: 'tcp://192.0.2.1:2375' };

  it('takes what is installed before anything else', async () => {
    const path = join(folder, 'valkey-server');
    expect(await findRedis({ PATH: folder, ...elsewhere })).toEqual({ ok: true, value: { kind: 'program', path } });
  });

  it('takes a container where an engine has the image, even if a binary was brought in before', async () => {
    await brought();
    const engine = await startEngine(join(folder, 'engine.sock'));
    const found = await findRedis({ PATH: '', XDG_CACHE_HOME: join(folder, 'cache'), DOCKER_HOST: engine.host });
    engine.stop();
    expect(found).toEqual({ ok: true, value: { kind: 'container', image: redisImage } });
  });

  it('takes what was brought in before where the engine does not help, and says nothing', async () => {
    const said: string[] = [];
    const path = await brought();
    const env = { PATH: '', XDG_CACHE_HOME: join(folder, 'cache'), ...elsewhere };
    expect(await findRedis(env, (line) => said.push(line))).toEqual({ ok: true, value: { kind: 'program', path } });
    expect(said).toEqual([]);
  });

  it('says why the engine does not help before it brings one in', async () => {
    const said: string[] = [];
    const found = await findRedis({ PATH: '', HOME: join(folder, 'home'), ...elsewhere }, (line) => said.push(line));
    expect(said).toEqual([
      'no container for Redis: DOCKER_HOST is tcp://192.0.2.1:2375, which is no socket of this machine. A binary is fetched instead.',
    ]);
    expect(found.ok).toBe(false);
  });
});
