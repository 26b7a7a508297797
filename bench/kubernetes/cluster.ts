import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeApiServer, startApiServer } from '../../e2e/support/kube-api/api-server.ts';
import { prepareFleetServer } from '../../e2e/support/kube-api/fleet.ts';
import { until } from '../../e2e/support/until.ts';
import { watchedKinds } from '../../src/controller/sources/kubernetes/watched-kinds.ts';
import { connectKubeClient, type KubeClient } from '../../src/kube/client.ts';
import { type CountedCall, countCalls } from './calls.ts';

/** An API server with all definitions, and a user for the controller whose calls the API server counts. */
export interface BenchCluster {
  readonly server: KubeApiServer;
  readonly client: KubeClient;
  /** As the controller. */
  readonly kubeconfig: string;
  /** What the controller has asked since the last time, by the API server's own account; without its Lease. */
  calls(): Promise<readonly CountedCall[]>;
  close(): Promise<void>;
}

const account = 'system:serviceaccount:sluice-system:controller';

export async function startBenchCluster(): Promise<BenchCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-kube-'));
  const counter = await countCalls(account, folder);
  const server = await startApiServer({ flags: counter.flags });
  try {
    await prepareFleetServer(server);
    await server.apply(identity);
    const token = await server.kubectl('create', 'token', 'controller', '-n', 'sluice-system', '--duration=8h');
    const kubeconfig = join(folder, 'controller.kubeconfig');
    const admin = JSON.parse(await readFile(server.kubeconfig, 'utf8'));
    const config = { ...admin, users: [{ name: 'user', user: { token: token.trim() } }] };
    await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
    const client = await connectKubeClient({ kubeconfig: server.kubeconfig });
    if (!client.ok) throw new Error(client.error);
    await warm(client.value);
    return {
      server,
      client: client.value,
      kubeconfig,
      async calls() {
        return (await counter.next()).filter(({ resource }) => resource !== 'leases');
      },
      async close() {
        client.value.close();
        await server.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await server.close();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** An API server that has never been asked for a kind makes the first one wait. */
async function warm(client: KubeClient): Promise<void> {
  for (const { facts } of watchedKinds) {
    const { group, versions, plural } = facts;
    const place = { group, version: versions[0], plural };
    await until(`${plural} can be listed`, async () => (await client.list(place)).ok);
  }
}

const identity = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: controller, namespace: sluice-system }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: controller }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: controller, namespace: sluice-system }]
`;
