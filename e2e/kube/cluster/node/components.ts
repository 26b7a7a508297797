/**
 * The node itself, run by `init.sh` inside the cluster's namespaces: starts everything, brings the images in, and writes
 * the file `started`, or `failed` with the reason.
 *   components.ts FOLDER
 */
import { readFile, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../../../support/kube-run.ts';
import type { KubernetesBinaries } from '../binaries.ts';
import { apiServerArguments, controllerManagerArguments, etcdArguments, schedulerArguments } from '../control-plane.ts';
import { identitiesIn } from '../identities.ts';
import { addresses } from './addresses.ts';
import { dnsService, writeSettings } from './settings.ts';
import { Supervisor } from './supervisor.ts';

/** What the starter leaves in `plan.json`. */
export interface Plan {
  readonly binaries: string;
  readonly cgroup: string;
  readonly pauseImage: string;
  /** File 3 is then a pipe that closes with the process that has started the cluster. */
  readonly endsWithStarter: boolean;
  /** Archives of images, in the OCI layout. */
  readonly images: readonly string[];
}

const folder = process.argv[2] ?? '';

async function start(): Promise<void> {
  const plan = JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8')) as Plan;
  // With this process, the first one ends its wait, and the kernel everything else.
  if (plan.endsWithStarter) new Socket({ fd: 3 }).resume().once('close', () => process.exit());
  const path: KubernetesBinaries['path'] = (program) => join(plan.binaries, program);
  const identities = identitiesIn(folder);
  const settings = await writeSettings(folder, plan.cgroup, identities, plan.pauseImage);
  const node = new Supervisor(folder);
  const etcdUrl = 'http://127.0.0.1:2379';
  const peerUrl = 'http://127.0.0.1:2380';
  node.keep('etcd', path('etcd'), etcdArguments({ dataFolder: join(folder, 'etcd'), clientUrl: etcdUrl, peerUrl }));
  node.keep(
    'kube-apiserver',
    path('kube-apiserver'),
    apiServerArguments({
      identities,
      etcdUrl,
      bindAddress: '0.0.0.0',
      advertiseAddress: addresses.node,
      port: addresses.apiServerPort,
      hasControllers: true,
    }),
  );
  node.keep('containerd', 'containerd', ['--config', settings.containerd]);
  const images = ['--address', '/run/containerd/containerd.sock', '--namespace', 'k8s.io', 'images'];
  await eventually('containerd', () => runCommand('ctr', [...images, 'list', '--quiet']));
  for (const archive of plan.images) await runCommand('ctr', [...images, 'import', archive], { limitMs: 300_000 });

  const kubectl = (args: readonly string[], input = ''): Promise<string> =>
    runCommand(path('kubectl'), ['--kubeconfig', identities.kubeconfig('admin'), ...args], { input });
  await eventually('the API server', () => kubectl(['get', '--raw', '/readyz']));
  node.keep('kube-controller-manager', path('kube-controller-manager'), controllerManagerArguments(identities, 10_257));
  node.keep('kube-scheduler', path('kube-scheduler'), schedulerArguments(identities));
  node.keep('kubelet', path('kubelet'), [
    `--config=${settings.kubelet}`,
    `--kubeconfig=${identities.kubeconfig('kubelet')}`,
    '--hostname-override=node1',
    `--node-ip=${addresses.node}`,
  ]);
  node.keep('kube-proxy', path('kube-proxy'), [`--config=${settings.proxy}`, '--hostname-override=node1']);
  node.keep('coredns', path('coredns'), ['-conf', settings.dns]);
  await eventually('cluster DNS', () => kubectl(['apply', '--server-side', '-f', '-'], dnsService));
  await eventually('the node', () => kubectl(['wait', '--for=condition=Ready', 'node/node1', '--timeout=30s']));
  // Pods are refused before it exists.
  await eventually('the first service account', () => kubectl(['get', 'serviceaccount', 'default']));
}

const patienceMs = 120_000;

async function eventually(what: string, attempt: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (cause) {
      if (performance.now() > deadline) {
        throw new Error(`${what} did not come within ${patienceMs / 1000} s: ${(cause as Error).message}`);
      }
    }
    await sleep(250);
  }
}

try {
  await start();
  await writeFile(join(folder, 'started'), '');
} catch (cause) {
  await writeFile(join(folder, 'failed'), (cause as Error).message);
}
