import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubeApiServer } from './kube-api-server.ts';
import type { Manifest } from './kube-chart.ts';
import { until } from './kube-patience.ts';
import { freePort } from './ports.ts';

const main = fileURLToPath(new URL('../../cmd/controller/main.ts', import.meta.url));

/** The controller as the chart runs it, but on this machine. */
export interface ChartController {
  readonly xdsPort: number;
  log(): string;
  /** Ends it in an orderly way, and waits until it is gone. */
  stop(): Promise<void>;
}

export interface ChartControllerOptions {
  readonly server: KubeApiServer;
  readonly chart: readonly Manifest[];
  /** For the kubeconfig. */
  readonly folder: string;
  /** Instead of the chart's, which name places that only a pod has. */
  readonly flags: readonly string[];
}

/** With the arguments of the chart's Deployment, as its ServiceAccount. Resolves when it is ready. */
export async function startChartController(options: ChartControllerOptions): Promise<ChartController> {
  const { server, chart, folder, flags } = options;
  const kubeconfig = join(folder, 'controller.kubeconfig');
  await writeFile(kubeconfig, await kubeconfigOf(server, 'sluice-system', 'controller'));
  const [xdsPort, adminPort] = [await freePort(), await freePort()];
  const args = [
    ...controllerArguments(chart).filter((argument) => !inPodOnly.test(argument)),
    ...['--kubeconfig', kubeconfig, '--state', folder],
    ...['--xds', `127.0.0.1:${xdsPort}`, '--xds-host', 'localhost', '--admin', `127.0.0.1:${adminPort}`],
    ...flags,
  ];
  const child: ChildProcess = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const output of [child.stdout, child.stderr]) {
    output?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const gone = once(child, 'close').then(() => process.off('exit', killWithUs));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (!hasEnded()) child.kill('SIGTERM');
    const timer = setTimeout(killWithUs, 20_000);
    await gone;
    clearTimeout(timer);
  };
  const isReady = async (): Promise<boolean> => {
    if (hasEnded()) throw new Error(`the controller has ended:\n${log}`);
    const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined);
    return answer?.status === 200;
  };
  await until('the controller is ready', isReady, { seen: () => log }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { xdsPort, log: () => log, stop };
}

const inPodOnly = /^--(xds|xds-host|admin|state|replicas|tls-cert|tls-key|tls-client-ca)=/;

/** Of its container in the Deployment of the chart. */
export function controllerArguments(chart: readonly Manifest[]): readonly string[] {
  const deployment = chart.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'controller');
  if (deployment === undefined) throw new Error('the chart has no Deployment of the controller');
  const { template } = deployment.spec as { readonly template: { readonly spec: PodSpec } };
  return template.spec.containers.find(({ name }) => name === 'controller')?.args ?? [];
}

interface PodSpec {
  readonly containers: readonly { readonly name: string; readonly args: readonly string[] }[];
}

async function kubeconfigOf(server: KubeApiServer, namespace: string, account: string): Promise<string> {
  const token = await server.kubectl('create', 'token', account, '--namespace', namespace, '--duration=1h');
  const administrator = JSON.parse(await server.kubectl('config', 'view', '--raw', '--output=json'));
  const [{ cluster }] = administrator.clusters;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: account, user: { token: token.trim() } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: account } }],
    'current-context': 'test',
  });
}
