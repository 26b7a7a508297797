import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeApiServer } from './api-server.ts';
import type { Manifest } from './chart.ts';
import { type ControllerProcess, runController } from './controller.ts';
import { until } from './patience.ts';

export interface ChartControllerOptions {
  readonly server: KubeApiServer;
  readonly chart: readonly Manifest[];
  /** For the kubeconfig. */
  readonly folder: string;
  /** Instead of the chart's, which name places that only a pod has. */
  readonly flags: readonly string[];
}

/** The controller as the chart runs it, as its ServiceAccount, but on this machine. Resolves when it is ready. */
export async function startChartController(options: ChartControllerOptions): Promise<ControllerProcess> {
  const { server, chart, folder, flags } = options;
  const kubeconfig = join(folder, 'controller.kubeconfig');
  await writeFile(kubeconfig, await kubeconfigOf(server, 'sluice-system', 'controller'));
  const controller = await runController([
    ...controllerArguments(chart).filter((argument) => !inPodOnly.test(argument)),
    ...['--kubeconfig', kubeconfig, '--state', folder, '--xds-host', 'localhost'],
    ...flags,
  ]);
  const isReady = async (): Promise<boolean> => (await controller.page('/readyz')) !== undefined;
  await until('the controller is ready', isReady, { seen: controller.log }).catch(async (error: unknown) => {
    await controller.stop();
    throw error;
  });
  return controller;
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
