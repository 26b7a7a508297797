import { join } from 'node:path';
import { runCommand } from '../kube-run.ts';
import type { KubeCluster } from './cluster.ts';

/*
 * The definitions of a cluster that the product knows: its own, and those of the accepted kinds.
 */

const groups = ['sluice.dev', 'aigateway.envoyproxy.io', 'gateway.envoyproxy.io'];

interface Definition {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation: number;
    readonly resourceVersion: string;
    readonly managedFields: readonly unknown[];
  };
  readonly spec: { readonly group: string };
}

/** Everything that would change if anybody touched one. */
export async function definitions(cluster: KubeCluster): Promise<Readonly<Record<string, unknown>>> {
  const found = await readDefinitions(cluster);
  return Object.fromEntries(
    found.map(({ metadata: { name, uid, generation, resourceVersion, managedFields } }) => [
      name,
      { uid, generation, resourceVersion, managedFields },
    ]),
  );
}

/** `sluice crds apply`, as in the guide. */
export async function applyDefinitions(cluster: KubeCluster): Promise<void> {
  const program = join(import.meta.dirname, '../../../cmd/sluice/main.ts');
  await runCommand(process.execPath, [program, 'crds', 'apply', '--kubeconfig', cluster.kubeconfig], {
    limitMs: 180_000,
  });
}

async function readDefinitions(cluster: KubeCluster): Promise<readonly Definition[]> {
  const text = await cluster.kubectl(['get', 'crd', '--show-managed-fields', '--output', 'json']);
  const { items } = JSON.parse(text) as { readonly items: readonly Definition[] };
  return items.filter(({ spec }) => groups.includes(spec.group));
}
