import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { binariesCache, programs } from './binaries.ts';
import { goModules, versionOf } from './versions.ts';

/**
 * Builds Kubernetes from its Go modules, since a registry of Go modules is all that it needs: no container registry, no
 * download of releases. The folder appears by one rename when all is in it, so an interrupted build leaves nothing that
 * looks complete. What it had compiled until then stays in a folder beside and is taken up by the next build.
 */
export async function buildBinaries(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<string> {
  const target = binariesCache(env);
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  // The kernel gives the lock back when its holder dies, whatever way. Who waits finds the work done.
  const lock = `${dirname(target)}/.kubernetes-build.lock`;
  const self = [process.execPath, join(import.meta.dirname, 'build.ts')];
  const isFree = (await ended(spawn('flock', ['--nonblock', lock, 'true'], { stdio: 'ignore' }))) === 0;
  if (!isFree) say('another process builds Kubernetes already; waiting for it');
  const child = spawn('flock', [lock, ...self], { stdio: ['ignore', 'inherit', 'inherit'], env });
  const status = await ended(child);
  if (status !== 0 || !existsSync(target)) throw new Error('Kubernetes could not be built; see above.');
  return target;
}

interface Build {
  readonly env: NodeJS.ProcessEnv;
  readonly output: string;
  say(line: string): void;
}

async function buildLocked(env: NodeJS.ProcessEnv): Promise<void> {
  const target = binariesCache(env);
  if (existsSync(target)) return;
  const work = join(dirname(target), '.kubernetes-build');
  const output = join(work, 'complete');
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  const started = performance.now();
  const say = (line: string): void => console.log(`[${Math.round((performance.now() - started) / 1000)} s] ${line}`);
  const build: Build = { env: goEnvironment(env, work), output, say };

  say(`building Kubernetes ${versionOf('kubernetes', 'k8s.io/kubernetes')}; about 10 minutes on two cores, once`);
  const links = programs.kubernetes.map((name) => symlink('kubernetes', join(output, name)));
  await Promise.all(links);
  await compile(build, 'kubernetes', '.', `-s -w ${versionFlags()}`);
  await compile(build, 'helm', 'helm.sh/helm/v3/cmd/helm');
  await compile(build, 'coredns', '.');
  await compile(build, 'pause', '.');
  await copyGatewayApi(build);
  await rename(output, target);
  // Compiled packages and sources are 7 GB, and nobody needs them again.
  await rm(work, { recursive: true, force: true });
  say(`Kubernetes is in ${target}`);
}

/** Caches that the user has named are used and kept. Otherwise they are part of the work folder, and go with it. */
export function goEnvironment(env: NodeJS.ProcessEnv, work: string): NodeJS.ProcessEnv {
  return {
    ...env,
    GOCACHE: env.GOCACHE || join(work, 'compiled'),
    GOMODCACHE: env.GOMODCACHE || join(work, 'modules'),
    // Without -modcacherw, the sources are read-only and cannot be removed.
    GOFLAGS: `${env.GOFLAGS ?? ''} -modcacherw -buildvcs=false -trimpath`.trim(),
    CGO_ENABLED: '0',
  };
}

/** Without these the API server calls itself v0.0.0-master+$Format:%H$, which clients cannot read. */
function versionFlags(): string {
  const version = versionOf('kubernetes', 'k8s.io/kubernetes');
  const [major, minor] = version.slice(1).split('.');
  return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
    .flatMap((place) => [
      `-X ${place}.gitVersion=${version}`,
      `-X ${place}.gitMajor=${major}`,
      `-X ${place}.gitMinor=${minor}`,
      `-X ${place}.gitTreeState=clean`,
      `-X ${place}.buildDate=1970-01-01T00:00:00Z`,
    ])
    .join(' ');
}

async function compile(build: Build, name: string, what: string, linkFlags = '-s -w'): Promise<void> {
  const options = { cwd: join(goModules, name), env: build.env };
  build.say(`${name}: fetching sources`);
  const listing = await go(build, name, ['list', '-deps', what], options);
  const total = listing.stdout.trim().split('\n').length;
  build.say(`${name}: compiling ${total} packages`);
  const parallel = String(availableParallelism());
  const args = ['build', '-v', '-p', parallel, '-ldflags', linkFlags, '-o', join(build.output, name), what];
  await go(build, name, args, options, (compiled) => `${name}: compiled ${compiled} of ${total} packages`);
}

/** Runs Go below all other work, and says every 15 seconds that it lives. */
export async function go(
  build: Pick<Build, 'say'>,
  name: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  progress?: (lines: number) => string,
): Promise<{ readonly stdout: string }> {
  const child = spawn('nice', ['go', ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const timer = setInterval(() => {
    const downloads = stderr.match(/^go: downloading/gm)?.length ?? 0;
    const lines = stderr.split('\n').length - 1 - downloads;
    build.say(progress === undefined ? `${name}: fetched ${downloads} modules` : progress(lines));
  }, 15_000);
  const status = await ended(child);
  clearInterval(timer);
  if (status === 0) return { stdout };
  if (status === 127)
    throw new Error('Go is missing, which builds Kubernetes for the tests. Install Go 1.26 or newer.');
  throw new Error(`${name}: go ${args[0]} failed\n${stderr.trimEnd().split('\n').slice(-20).join('\n')}`);
}

/** One file with everything of the standard channel, as `kubectl apply --server-side -f` takes it. */
async function copyGatewayApi(build: Build): Promise<void> {
  const options = { cwd: join(goModules, 'crds'), env: build.env };
  const { stdout } = await go(build, 'gateway-api', ['mod', 'download', '-json', 'sigs.k8s.io/gateway-api'], options);
  const { Dir: source } = JSON.parse(stdout) as { readonly Dir: string };
  const folder = join(source, 'config/crd/standard');
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  await writeFile(join(build.output, 'gateway-api.yaml'), texts.join('\n---\n'));
  await cp(join(source, 'LICENSE'), join(build.output, 'gateway-api.LICENSE'));
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', (status) => resolve(status ?? 1));
  });
}

if (import.meta.main) {
  await buildLocked(process.env).catch((cause: Error) => {
    console.error(cause.message);
    process.exitCode = 1;
  });
}
