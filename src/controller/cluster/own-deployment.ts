import type { KubeClient } from '../../kube/client.ts';
import type { OwnerReference } from '../../kube/object.ts';

/**
 * The Deployment whose pods we are, as owner of what is of no use without it. Nothing where it is not there or may not be
 * read: what would have gone with it stays then, and somebody waits for it a little.
 */
export async function ownDeployment(
  client: Pick<KubeClient, 'get'>,
  namespace: string,
  name: string,
): Promise<OwnerReference | undefined> {
  const found = await client.get(
    { group: 'apps', version: 'v1', plural: 'deployments', namespace, name },
    { timeoutMs: 2_000 },
  );
  const uid = found.ok ? found.value.metadata.uid : undefined;
  return uid === undefined ? undefined : { apiVersion: 'apps/v1', kind: 'Deployment', name, uid };
}
