import { isDeepStrictEqual } from 'node:util';
import { version } from '../../../src/version.ts';
import { gatewayApiFile } from '../kube-gateway-api.ts';
import type { KubeCluster } from './cluster.ts';

/*
 * The release that all tests of the installed product share. Whoever needs it calls `bringSluice`, whatever the file
 * before has left; installing takes half a minute, finding it there a second.
 */

export const system = 'sluice-system';
export const dataplane = 'sluice-dataplane';
export const release = 'sluice';
const chart = 'charts/sluice';

export type Values = Readonly<Record<string, unknown>>;

/** The chart as it is, in the images of the tests and small enough for a node that is also the machine of the tests. */
export function chartValues(cluster: KubeCluster): Values {
  const resources = { requests: { cpu: '10m', memory: '64Mi' } };
  return {
    global: { imageRegistry: cluster.image('controller').split('/sluice/')[0] },
    controller: { resources },
    envoy: { resources },
    processor: { resources },
    redis: { enabled: true, image: { repository: 'sluice/redis', tag: version }, resources },
    // With requests this small an autoscaler that has figures would make ten pods of the first load.
    egress: { drainSeconds: 60, autoscaling: { min: 2, max: 2 } },
    // Off by default, since a cluster may have a way of its own. Everything has to work with them as well.
    networkPolicies: { enabled: true },
  };
}

/** The release with these values, every pod of it ready and the Gateway programmed. */
export async function bringSluice(cluster: KubeCluster): Promise<void> {
  const values = chartValues(cluster);
  if (!(await isInstalled(cluster, values))) {
    await cluster.kubectl(['apply', '--server-side', '-f', gatewayApiFile()]);
    await helmUpgrade(cluster, values, ['--install', '--create-namespace']);
  }
  await whenReady(cluster);
}

export async function helmUpgrade(cluster: KubeCluster, values: Values, args: readonly string[] = []): Promise<string> {
  const line = [
    'upgrade',
    release,
    chart,
    '--namespace',
    system,
    ...args,
    '--values',
    '-',
    '--wait',
    '--timeout',
    '4m',
  ];
  return cluster.helm(line, { input: JSON.stringify(values) });
}

export async function whenReady(cluster: KubeCluster): Promise<void> {
  const inDataplane = ['--namespace', dataplane];
  await rollout(cluster, system, 'deployment/controller');
  const programmed = ['wait', 'gateway/egress', '--for=condition=Programmed', '--timeout=120s'];
  await cluster.kubectl([...inDataplane, ...programmed], { limitMs: 130_000 });
  await rollout(cluster, dataplane, 'deployment/egress');
}

/** `kubectl rollout status`: what it printed, once the last old pod is out of service. */
export function rollout(cluster: KubeCluster, namespace: string, target: string, seconds = 180): Promise<string> {
  const line = ['--namespace', namespace, 'rollout', 'status', target, `--timeout=${seconds}s`];
  return cluster.kubectl(line, { limitMs: (seconds + 10) * 1_000 });
}

async function isInstalled(cluster: KubeCluster, values: Values): Promise<boolean> {
  const found = JSON.parse(await cluster.helm(['list', '--namespace', system, '--all', '--output', 'json']));
  const isDeployed = (found as readonly Values[]).some(({ name, status }) => name === release && status === 'deployed');
  if (!isDeployed) return false;
  const given = await cluster.helm(['get', 'values', release, '--namespace', system, '--output', 'json']);
  return isDeepStrictEqual(JSON.parse(given), values);
}
