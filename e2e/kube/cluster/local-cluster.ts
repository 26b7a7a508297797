import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../../support/kube-run.ts';
import { findBinaries, programs } from './binaries.ts';
import { createCgroup, removeCgroup } from './cgroups.ts';
import { createIdentities } from './identities.ts';
import { addresses } from './node/addresses.ts';
import type { Plan } from './node/components.ts';
import { pauseImage } from './pause-image.ts';

/** Where the machine's kubectl, helm and tests find the cluster: a kubeconfig for a port of its loopback. */
export function kubeconfigOf(folder: string): string {
  return join(resolve(folder), 'kubeconfig');
}

/** `ours`: its processes end when this one does, in whatever way, so that a killed test run leaves none behind. */
export type Lifetime = 'ours' | 'until-stopped';

/**
 * Starts one node with real pods, Services and DNS in namespaces of its own, in about ten seconds. Its folder holds all
 * of it; `stopCluster` removes it without a trace. Needs root, since pods need control groups and mounts.
 */
export async function startCluster(
  env: NodeJS.ProcessEnv,
  path: string,
  images: readonly string[],
  lifetime: Lifetime,
  say: (line: string) => void,
): Promise<void> {
  const folder = resolve(path);
  if (existsSync(join(folder, 'plan.json'))) throw new Error(`There is a cluster in ${folder} already; stop it first.`);
  const binaries = findBinaries(env, [...programs.kubernetes, 'coredns', 'pause']);
  if (!binaries.ok) throw new Error(binaries.error);
  for (const name of ['log', 'var-log', 'var-lib-cni', 'var-lib-kubelet']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  const pause = await pauseImage(binaries.value, folder);
  const cgroup = `sluice-${randomBytes(4).toString('hex')}`;
  const plan: Plan = {
    binaries: binaries.value.folder,
    cgroup,
    pauseImage: pause.name,
    endsWithStarter: lifetime === 'ours',
    images: [pause.archive, ...images.map((image) => resolve(image))],
  };
  await writeFile(join(folder, 'plan.json'), JSON.stringify(plan));
  await createCgroup(cgroup);
  await createIdentities(folder, `https://${addresses.node}:${addresses.apiServerPort}`);

  say('cluster: starting');
  const log = openSync(join(folder, 'log', 'node.log'), 'a');
  const script = (name: string): string => join(import.meta.dirname, 'node', name);
  const outer = spawn(
    'unshare',
    [
      ...['--net', '--mount', '--uts', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['sh', script('init.sh'), folder, process.execPath, script('components.ts')],
    ],
    // The fourth is a pipe that says nothing: its other end notices when we are gone.
    { detached: true, stdio: ['ignore', log, log, lifetime === 'ours' ? 'pipe' : 'ignore'] },
  );
  closeSync(log);
  outer.once('error', () => undefined);
  outer.unref();
  (outer.stdio[3] as Socket | null | undefined)?.unref();
  if (outer.pid === undefined) throw new Error('unshare is missing; install util-linux.');
  const first = await whenStarted(folder, outer.pid);
  await writeKubeconfig(folder, await forwardApiServer(first));
  say('cluster: ready');
}

/** What `init.sh` makes on the machine to mount folders of the cluster on. */
const mountPoints = ['/var/lib/cni', '/var/lib/kubelet'];

/** Ends every process of the cluster with its first, and removes what namespaces do not take along. */
export async function stopCluster(path: string): Promise<void> {
  const folder = resolve(path);
  const plan = await readFile(join(folder, 'plan.json'), 'utf8').catch(() => undefined);
  if (plan === undefined) throw new Error(`There is no cluster in ${folder}.`);
  const pid = await readFile(join(folder, 'pid'), 'utf8').catch(() => '');
  // After a restart of the machine, the number may be somebody else's.
  const isOurs = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(`\0${folder}\0`);
  if (isOurs) {
    process.kill(Number(pid), 'SIGKILL');
    while (existsSync(`/proc/${pid}`)) await sleep(20);
  }
  await removeCgroup((JSON.parse(plan) as Plan).cgroup);
  const inUse = await mountPointsInUse();
  for (const mountPoint of mountPoints) {
    // Where something else of the machine lies in them, they were there before.
    if (!inUse.has(mountPoint)) await rmdir(mountPoint).catch(() => undefined);
  }
  await rm(folder, { recursive: true, force: true });
}

/** In any namespace: with a folder that is removed goes what other clusters have mounted on it. */
async function mountPointsInUse(): Promise<ReadonlySet<string>> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const tables = processes.map((pid) => readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => ''));
  return new Set(
    (await Promise.all(tables)).flatMap((table) => table.split('\n').map((line) => line.split(' ')[4] ?? '')),
  );
}

/** Brings one more image in. */
export async function loadImage(path: string, archive: string): Promise<void> {
  const folder = resolve(path);
  const pid = await readFile(join(folder, 'pid'), 'utf8');
  const inside = ['--target', pid, '--net', '--mount', '--pid'];
  const images = ['ctr', '--address', '/run/containerd/containerd.sock', '--namespace', 'k8s.io', 'images'];
  await runCommand('nsenter', [...inside, ...images, 'import', resolve(archive)], { limitMs: 300_000 });
}

async function whenStarted(folder: string, outer: number): Promise<number> {
  for (let isKnown = false; ; ) {
    const children = await readFile(`/proc/${outer}/task/${outer}/children`, 'utf8').catch(() => '');
    const first = Number(children.trim());
    // At once, so that a start that is interrupted can be cleared away.
    if (first > 0 && !isKnown) await writeFile(join(folder, 'pid'), String(first));
    isKnown = first > 0;
    const failure = await readFile(join(folder, 'failed'), 'utf8').catch(() => undefined);
    if (failure !== undefined || !existsSync(`/proc/${outer}`)) {
      if (first > 0) process.kill(first, 'SIGKILL');
      const log = await readFile(join(folder, 'log', 'node.log'), 'utf8').catch(() => '');
      throw new Error(`The cluster did not start: ${failure ?? 'its first process ended'}\n${log}`.trimEnd());
    }
    if (first > 0 && existsSync(join(folder, 'started'))) return first;
    await sleep(100);
  }
}

/** Answers the port. The process that forwards is one of the cluster's, and ends with it. */
async function forwardApiServer(first: number): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const script = join(import.meta.dirname, 'forward.ts');
  const inside = ['--target', String(first), '--net', '--pid'];
  const child = spawn('nsenter', [...inside, process.execPath, script], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.unref();
  await new Promise<void>((done, fail) => {
    child.once('error', fail);
    child.once('exit', (status) => fail(new Error(`the way to the API server ended with ${status}`)));
    child.once('message', () => done());
    child.send('server', server);
  });
  child.disconnect();
  server.close();
  return address.port;
}

async function writeKubeconfig(folder: string, port: number): Promise<void> {
  const inside = JSON.parse(await readFile(join(folder, 'admin.kubeconfig'), 'utf8')) as Kubeconfig;
  for (const { cluster } of inside.clusters) {
    cluster.server = `https://127.0.0.1:${port}`;
    // The API server's certificate knows nothing of the machine's loopback.
    cluster['tls-server-name'] = 'kubernetes.default.svc';
  }
  await writeFile(kubeconfigOf(folder), `${JSON.stringify(inside, null, 2)}\n`, { mode: 0o600 });
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { server: string; 'tls-server-name'?: string } }[];
}
