import type { KubeCluster } from './cluster.ts';
import { dataplane, release, system } from './sluice.ts';

const groups = ['sluice.dev', 'aigateway.envoyproxy.io', 'gateway.envoyproxy.io', 'gateway.networking.k8s.io'];

/**
 * The cluster as if nobody had ever installed us, whatever is there: no release, no definitions and so no object of them,
 * none of these namespaces. Where nothing is there it takes a second.
 */
export async function clearCluster(cluster: KubeCluster, namespaces: readonly string[]): Promise<void> {
  const installed = await cluster.helm(['list', '--namespace', system, '--all', '--short']);
  if (installed.split('\n').includes(release)) await cluster.helm(['uninstall', release, '--namespace', system]);
  const definitions = (await cluster.kubectl(['get', 'customresourcedefinitions', '--output', 'name']))
    .split('\n')
    .filter((name) => groups.some((group) => name.endsWith(`.${group}`)));
  const limitMs = 180_000;
  if (definitions.length > 0) await cluster.kubectl(['delete', '--ignore-not-found', ...definitions], { limitMs });
  const all = [system, dataplane, ...namespaces];
  // Nobody calls them any more, so that nothing is lost by not waiting for their drain.
  const atOnce = ['--all', '--grace-period=0', '--force', '--ignore-not-found'];
  for (const namespace of all) await cluster.kubectl(['--namespace', namespace, 'delete', 'pods', ...atOnce]);
  await cluster.kubectl(['delete', 'namespaces', '--ignore-not-found', ...all], { limitMs });
}
