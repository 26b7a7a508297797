import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const images = join(import.meta.dirname, '../../images');
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

let folder: string;
let programs: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-pin-'));
  cpSync(images, join(folder, 'images'), { recursive: true });
  programs = join(folder, 'programs');
  mkdirSync(programs);
  // Nothing but these is found, above all no docker of the machine.
  for (const name of ['sh', 'sed', 'dirname', 'mktemp', 'cp', 'cat', 'rm']) {
    const path = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    symlinkSync(path, join(programs, name));
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As buildx 0.30 answers: by the format, but a description where that begins with the manifest of several platforms. */
function installDocker(unknownImage = 'none'): void {
  const script = `#!/bin/sh
case "$*" in
  'buildx version') ;;
  *${unknownImage}*) echo "ERROR: $4: not found" >&2; exit 1 ;;
  *'{{.Manifest'*) printf 'Name: %s\\nDigest: ${digest}\\n' "$4" ;;
  'buildx imagetools inspect '*' --format {{print .Manifest.Digest}}') printf '${digest}' ;;
  *) exit 125 ;;
esac
`;
  writeFileSync(join(programs, 'docker'), script);
  chmodSync(join(programs, 'docker'), 0o755);
}

function pin(): { readonly status: number | null; readonly error: string; readonly lines: readonly string[] } {
  const { status, stderr } = spawnSync('sh', [join(folder, 'images/pin.sh')], {
    env: { PATH: programs },
    encoding: 'utf8',
  });
  const lines = readFileSync(join(folder, 'images/Dockerfile'), 'utf8').match(/^ARG \w+_IMAGE=.*$/gm) ?? [];
  return { status, error: stderr, lines };
}

describe('images/pin.sh', () => {
  it('writes the digest behind every base image, and the new one where there is one', () => {
    installDocker();
    const first = pin();
    expect(first).toMatchObject({ status: 0, error: '' });
    expect(first.lines).toHaveLength(3);
    for (const line of first.lines) expect(line).toMatch(new RegExp(`=[^@]+:[^@]+@${digest}$`));
    expect(pin().lines).toEqual(first.lines);
  });

  it('changes nothing when one registry has no answer', () => {
    installDocker('distroless/cc');
    const before = readFileSync(join(folder, 'images/Dockerfile'), 'utf8');
    const { status, error } = pin();
    expect(status).toBe(1);
    expect(error).toMatch(/^ERROR: .*\nimages: there is no digest for \S*distroless\/cc\S*\. /);
    expect(readFileSync(join(folder, 'images/Dockerfile'), 'utf8')).toBe(before);
  });

  it('says what is missing', () => {
    expect(pin()).toMatchObject({ status: 1, error: expect.stringContaining('images: docker is missing.') });
    writeFileSync(join(programs, 'docker'), '#!/bin/sh\nexit 1\n');
    chmodSync(join(programs, 'docker'), 0o755);
    expect(pin()).toMatchObject({ status: 1, error: expect.stringContaining('images: docker has no buildx.') });
  });
});
