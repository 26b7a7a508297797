import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../testing/run-cli.ts';

describe('sluice version', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-version-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function fakeEnvoy(version: string): Promise<string> {
    const path = join(folder, 'envoy');
    await writeFile(path, `#!/bin/sh\necho 'envoy  version: 0123/${version}/Clean/RELEASE/BoringSSL'\n`);
    await chmod(path, 0o755);
    return path;
  }

  it('names Sluice, Node, the Envoy found and those supported', async () => {
    const path = await fakeEnvoy('1.40.7');
    const { status, out } = await runCli(['version'], { env: { ENVOY_BIN: path } });
    expect(status).toBe(0);
    expect(out).toMatch(/^Sluice +\d+\.\d+\.\d+$/m);
    expect(out).toContain(`Node             ${process.versions.node}\n`);
    expect(out).toContain(`Envoy            1.40.7 (${path})\n`);
    expect(out).toMatch(/^supported Envoy {2}>= 1\.40\.0, < /m);
    const json = await runCli(['version', '--output', 'json'], { env: { ENVOY_BIN: path } });
    expect(JSON.parse(json.out)).toMatchObject({ envoy: { version: '1.40.7', path } });
  });

  it('ends with 1 when the Envoy that would run is not supported', async () => {
    const { status, out } = await runCli(['version'], { env: { ENVOY_BIN: await fakeEnvoy('1.20.0') } });
    expect(status).toBe(1);
    expect(out).toContain('is Envoy 1.20.0, but Sluice needs >= 1.40.0');
  });

  it('does not fetch an Envoy only to name it', async () => {
    const { status, out } = await runCli(['version'], { env: { XDG_CACHE_HOME: folder, PATH: folder } });
    expect(status).toBe(0);
    expect(out).toContain('none yet; fetched on the first run');
  });
});
