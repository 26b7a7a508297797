import { connectKubeClient, type KubeClient } from '../../../src/kube/client.ts';
import { type KubeError, kubeError, kubeErrorText } from '../../../src/kube/error.ts';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import type { AskControlPlane } from './ask.ts';

export interface ClusterFlags {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string;
}

/** The flags of a command that can ask a cluster's control plane. */
export const clusterFlags = {
  kubernetes: { kind: 'switch', help: 'Ask the control plane of a cluster, through its API server.' },
  kubeconfig: {
    kind: 'text',
    placeholder: 'FILE',
    help: 'Who the cluster is. Default: KUBECONFIG, then ~/.kube/config.',
  },
  context: { kind: 'text', placeholder: 'NAME', help: 'Context of the kubeconfig. Default: its current one.' },
  namespace: {
    kind: 'text',
    placeholder: 'NAME',
    help: 'Where the control plane is installed.',
    default: 'sluice-system',
  },
} as const;

/** The API server passes the question on to the Service, so that nothing has to be forwarded by hand. Any replica answers. */
export function controlPlaneInCluster(flags: ClusterFlags): AskControlPlane {
  return (path) =>
    inCluster(flags, 'services/proxy', (client, namespace) =>
      client.raw(`${namespace}/services/http:controller:admin/proxy${path}`),
    );
}

/** The same question to every replica that is ready, since each knows only of its own clients. At least one answer. */
export function askEveryReplica(flags: ClusterFlags, path: string): Promise<Result<readonly unknown[]>> {
  return inCluster(flags, 'pods and pods/proxy', async (client, namespace) => {
    const list = await client.raw(`${namespace}/pods?labelSelector=app.kubernetes.io/name%3Dsluice-controller`);
    if (!list.ok) return list;
    const answers: unknown[] = [];
    for (const { name, port } of readyReplicas(list.value)) {
      const answer = await client.raw(`${namespace}/pods/http:${name}:${port}/proxy${path}`);
      if (answer.ok) answers.push(answer.value);
      // One that ends while it is asked is none any more.
      else if (answer.error.code !== 404 && answer.error.code !== 503) return answer;
    }
    if (answers.length > 0) return ok(answers);
    return err(kubeError(503, 'ServiceUnavailable', 'no replica is ready'));
  });
}

async function inCluster<T>(
  { kubeconfig, context, namespace }: ClusterFlags,
  right: string,
  ask: (client: KubeClient, namespacePath: string) => Promise<Result<T, KubeError>>,
): Promise<Result<T>> {
  const connected = await connectKubeClient({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  if (!connected.ok) return err(`No cluster: ${connected.error}. Name one with --kubeconfig or --context.`);
  const client = connected.value;
  try {
    const answer = await ask(client, `/api/v1/namespaces/${encodeURIComponent(namespace)}`);
    if (answer.ok) return answer;
    const { code } = answer.error;
    const remedy =
      code === 403
        ? `Ask for the right to get ${right} there.`
        : code === 404 || code === 503
          ? `Check that the chart is installed there, with: kubectl -n ${namespace} get deployment controller.`
          : 'Check the kubeconfig.';
    const place = `The control plane in namespace ${namespace}`;
    return err(`${place} does not answer (${kubeErrorText(answer.error)}). ${remedy}`);
  } finally {
    client.close();
  }
}

interface ReplicaPod {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly containers: readonly { readonly ports?: readonly { name?: string; containerPort: number }[] }[];
  };
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

function readyReplicas(list: unknown): readonly { readonly name: string; readonly port: number }[] {
  const { items = [] } = list as { readonly items?: readonly ReplicaPod[] };
  return items.flatMap(({ metadata, spec, status }) => {
    const isReady = status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;
    const admin = spec.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === 'admin');
    return isReady && admin !== undefined ? [{ name: metadata.name, port: admin.containerPort }] : [];
  });
}
