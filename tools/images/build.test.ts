import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const secret = ['--secret', 'id=npmrc,src=/home/me/.npmrc'];

let folder: string;
let calls: string;

/** A clone that is ready, on a machine whose docker writes down what it is asked for. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-build-'));
  calls = join(folder, 'dist/calls');
  cpSync(join(root, 'images'), join(folder, 'images'), { recursive: true });
  mkdirSync(join(folder, 'src/gen'), { recursive: true });
  for (const name of ['node_modules', 'package.json', 'package-lock.json', 'tools', 'cmd', 'LICENSE']) {
    symlinkSync(join(root, name), join(folder, name));
  }
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  writeFileSync(
    join(programs, 'docker'),
    `#!/bin/sh
[ "$*" != 'buildx version' ] || exit 0
for argument; do printf '%s\\n' "$argument"; done >>'${calls}'
echo >>'${calls}'
`,
  );
  // Git knows the commit, and that nothing was changed.
  writeFileSync(
    join(programs, 'git'),
    '#!/bin/sh\ncase $1 in log) echo 1700000000 ;; rev-parse) echo abcdef ;; esac\n',
  );
  for (const name of ['docker', 'git']) chmodSync(join(programs, name), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function build(...args: readonly string[]): { readonly status: number | null; readonly error: string } {
  const { status, stderr } = spawnSync('sh', [join(folder, 'images/build.sh'), ...args], {
    env: { PATH: `${join(folder, 'programs')}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  return { status, error: stderr };
}

/** What docker was asked for, one build after the other. */
function builds(): readonly (readonly string[])[] {
  return readFileSync(calls, 'utf8')
    .trimEnd()
    .split('\n\n')
    .map((call) => call.split('\n'));
}

/** Behind the names of all base images; empty: none of them has a digest. */
function writeBaseImagesWith(suffix: string): void {
  execFileSync('sed', ['-i', `s/^\\(ARG [A-Z]*_IMAGE=[^@]*\\).*/\\1${suffix}/`, join(folder, 'images/Dockerfile')]);
}

describe('images/build.sh', { timeout: 120_000 }, () => {
  it('builds every image, each with what is said after the registry', () => {
    expect(build('registry.example.com/team', ...secret)).toEqual({ status: 0, error: '' });
    const targets = builds().map((call) => call[call.indexOf('--target') + 1]);
    expect(targets).toEqual(['controller', 'processor', 'envoy', 'practice']);
    for (const call of builds()) {
      expect(call.join(' ')).toContain(secret.join(' '));
      expect(call).toContain('--load');
      expect(call.at(-1)).toBe('.');
      // Nothing of them is an argument, which an image would remember.
      expect(call.filter((each) => each.includes('npmrc'))).toEqual([secret[1]]);
    }
  });

  it('releases from base images with a digest only, whoever names them', () => {
    writeBaseImagesWith('');
    expect(build('--release', 'registry.example.com/team')).toMatchObject({
      status: 1,
      error: expect.stringContaining('these base images have no digest'),
    });
    writeBaseImagesWith(`@${digest}`);
    const mirror = (image: string) => ['--build-arg', `NODE_IMAGE=mirror.example.com/node:24${image}`];
    expect(build('--release', 'registry.example.com/team', ...mirror(''))).toMatchObject({
      status: 1,
      error: expect.stringContaining('NODE_IMAGE=mirror.example.com/node:24 has no digest'),
    });
    expect(build('--release', 'registry.example.com/team', ...mirror(`@${digest}`)).status).toBe(0);
    for (const call of builds()) {
      expect(call).toContain('--platform');
      expect(call).toContain(`NODE_IMAGE=mirror.example.com/node:24@${digest}`);
      expect(call.join(' ')).toContain('push=true');
    }
  });

  it('releases from an image of Envoy without a digest: the program that is taken of it has one', () => {
    writeBaseImagesWith(`@${digest}`);
    execFileSync('sed', ['-i', 's/^\\(ARG ENVOY_IMAGE=[^@]*\\).*/\\1/', join(folder, 'images/Dockerfile')]);
    const mirror = ['--build-arg', 'ENVOY_IMAGE=mirror.example.com/envoy:1'];
    expect(build('--release', 'registry.example.com/team', ...mirror)).toEqual({ status: 0, error: '' });
  });

  it('says how it is called', () => {
    for (const args of [[], ['--release'], ['--help']]) {
      expect(build(...args)).toEqual({ status: 1, error: expect.stringContaining('usage: images/build.sh') });
    }
  });
});
