import type { KubeCluster } from './cluster.ts';

interface Found {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid: string; readonly generation?: number };
}

/** Of these kinds in a namespace: equal as long as nobody has changed one, deleted one, or made one again. */
export async function identities(
  cluster: KubeCluster,
  namespace: string,
  kinds: string,
): Promise<Readonly<Record<string, string>>> {
  const text = await cluster.kubectl(['--namespace', namespace, 'get', kinds, '--output', 'json']);
  const { items } = JSON.parse(text) as { readonly items: readonly Found[] };
  return Object.fromEntries(
    items.map(({ kind, metadata: { name, uid, generation } }) => [`${kind}/${name}`, `${uid} ${generation ?? ''}`]),
  );
}
