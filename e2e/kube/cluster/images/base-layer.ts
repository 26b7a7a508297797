import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../../../support/kube-run.ts';
import { digestOf, type Layer, packLayer } from './oci-archive.ts';

/** What a program of C++ needs, and who public servers are: the packages of the base image that releases use. */
const packages = ['base-files', 'netbase', 'libc6', 'libgcc-s1', 'libstdc++6', 'ca-certificates'];

/**
 * The lowest layer, out of Debian packages of the machine's own release instead of a base image, for which a container
 * registry would be needed. No package's script runs, so the few files that those write are written here.
 */
export async function baseLayer(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<Layer> {
  const release = readFileSync('/etc/os-release', 'utf8');
  const inputs = [release, ...packages, readFileSync(import.meta.filename, 'utf8')].join('\n');
  const key = createHash('sha256').update(inputs).digest('hex').slice(0, 12);
  const cache = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'sluice');
  const file = join(cache, `image-base-${key}.tar`);
  if (!existsSync(file)) {
    say('images: fetching Debian packages for the base');
    await mkdir(dirname(file), { recursive: true });
    const work = await mkdtemp(join(cache, 'image-base-'));
    try {
      const root = join(work, 'root');
      await unpack(work, root);
      await writeOwnFiles(root);
      await packLayer(root, join(work, 'layer.tar'));
      // Another process may be as far; what it puts there is the same.
      await rename(join(work, 'layer.tar'), file);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return { file, digest: await digestOf(file) };
}

async function unpack(work: string, root: string): Promise<void> {
  const folder = join(work, 'packages');
  await mkdir(folder);
  await mkdir(root);
  // For the unprivileged user that apt downloads as.
  await chmod(work, 0o755);
  await chmod(folder, 0o777);
  const download = (): void =>
    void execFileSync('apt-get', ['download', '--quiet', ...packages], { cwd: folder, stdio: 'pipe' });
  try {
    download();
  } catch {
    await runCommand('apt-get', ['update', '--quiet'], { limitMs: 300_000 });
    download();
  }
  // base-files first: in newer releases it decides which folders are links.
  const archives = globSync('*.deb', { cwd: folder }).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  for (const archive of archives) await runCommand('dpkg-deb', ['--extract', join(folder, archive), root]);
  for (const unneeded of ['usr/share/man', 'usr/share/locale', 'usr/share/lintian', 'usr/sbin', 'etc/ld.so.conf.d']) {
    await rm(join(root, unneeded), { recursive: true, force: true });
  }
}

function rank(archive: string): number {
  return archive.startsWith('base-files') ? 0 : 1;
}

async function writeOwnFiles(root: string): Promise<void> {
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  await put(
    'etc/passwd',
    'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  );
  await put('etc/group', 'root:x:0:\nnonroot:x:65532:\n');
  await put('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n');
  const authorities = globSync('usr/share/ca-certificates/mozilla/*.crt', { cwd: root }).sort();
  const bundle = authorities.map((path) => readFileSync(join(root, path), 'utf8')).join('');
  await put('etc/ssl/certs/ca-certificates.crt', bundle);
}
