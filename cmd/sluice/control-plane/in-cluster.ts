import { gatewayNameLabel, managedBy, managedByLabel, objectName } from '../../../src/controller/provision/gateway.ts';
import { connectKubeClient, type KubeClient } from '../../../src/kube/client.ts';
import { type KubeError, kubeError, kubeErrorText } from '../../../src/kube/error.ts';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import type { AskControlPlane } from './ask.ts';
import { podTroubles } from './pod-trouble.ts';

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
    inCluster(flags, 'get services/proxy', (client, namespace) =>
      client.raw(`${namespace}/services/http:controller:admin/proxy${path}`),
    );
}

export interface ReplicaAnswers {
  /** One at least. */
  readonly answers: readonly unknown[];
  /** Some replica is leaving, and its clients are on their way to the others. */
  readonly isOneLeaving: boolean;
}

/** The same question to every replica that is ready and stays, since each knows only of its own clients. */
export function askEveryReplica(flags: ClusterFlags, path: string): Promise<Result<ReplicaAnswers>> {
  return inCluster(flags, 'list and get pods and get pods/proxy', async (client, namespace) => {
    const list = await client.raw(`${namespace}/pods?labelSelector=app.kubernetes.io/name%3Dsluice-controller`);
    if (!list.ok) return list;
    const ready = readyReplicas(list.value);
    const staying = ready.filter(({ isLeaving }) => !isLeaving);
    let isOneLeaving = staying.length < ready.length;
    const answers: unknown[] = [];
    // Where all are leaving, one of them still knows.
    for (const { name, port } of staying.length > 0 ? staying : ready) {
      const answer = await client.raw(`${namespace}/pods/http:${name}:${port}/proxy${path}`);
      if (answer.ok) answers.push(answer.value);
      else if (await isStaying(client, `${namespace}/pods/${name}`, answer.error)) return answer;
      else isOneLeaving = true;
    }
    if (answers.length > 0) return ok({ answers, isOneLeaving });
    const why = podTroubles(list.value).map((trouble) => `; ${trouble}`);
    return err(kubeError(503, 'ServiceUnavailable', `no replica is ready${why.join('')}`));
  });
}

/** Whether a replica that could not be asked is one nevertheless: in the middle of its end a request may fail in any way. */
async function isStaying(client: KubeClient, path: string, { code }: KubeError): Promise<boolean> {
  if (code === 404 || code === 503) return false;
  const pod = await client.raw(path);
  return pod.ok && readyReplicas({ items: [pod.value] }).some(({ isLeaving }) => !isLeaving);
}

/** The pods that were made for a Gateway, as the API server lists them. */
export function podsOfGateway(
  flags: ClusterFlags,
  gateway: { readonly namespace: string; readonly name: string },
): Promise<Result<unknown>> {
  const selector = `${managedByLabel}=${managedBy},${gatewayNameLabel}=${objectName(gateway)}`;
  return withClient(flags, async (client) => {
    const path = `/api/v1/namespaces/${gateway.namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
    const list = await client.raw(path);
    return list.ok ? list : err(kubeErrorText(list.error));
  });
}

async function inCluster<T>(
  flags: ClusterFlags,
  right: string,
  ask: (client: KubeClient, namespacePath: string) => Promise<Result<T, KubeError>>,
): Promise<Result<T>> {
  const { namespace } = flags;
  return withClient(flags, async (client) => {
    const answer = await ask(client, `/api/v1/namespaces/${encodeURIComponent(namespace)}`);
    if (answer.ok) return answer;
    const { code } = answer.error;
    const remedy =
      code === 403
        ? `Ask for the right to ${right} there.`
        : code === 404 || code === 503
          ? `Check that the chart is installed there, with: kubectl -n ${namespace} get deployment controller.`
          : 'Check the kubeconfig.';
    const place = `The control plane in namespace ${namespace}`;
    return err(`${place} does not answer (${kubeErrorText(answer.error)}). ${remedy}`);
  });
}

async function withClient<T>(
  { kubeconfig, context }: ClusterFlags,
  use: (client: KubeClient) => Promise<Result<T>>,
): Promise<Result<T>> {
  const connected = await connectKubeClient({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  if (!connected.ok) return err(`No cluster: ${connected.error}. Name one with --kubeconfig or --context.`);
  try {
    return await use(connected.value);
  } finally {
    connected.value.close();
  }
}

interface ReplicaPod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: {
    readonly containers: readonly { readonly ports?: readonly { name?: string; containerPort: number }[] }[];
  };
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

interface Replica {
  readonly name: string;
  readonly port: number;
  /** It ends, and gives its clients up. */
  readonly isLeaving: boolean;
}

function readyReplicas(list: unknown): readonly Replica[] {
  const { items = [] } = list as { readonly items?: readonly ReplicaPod[] };
  return items.flatMap(({ metadata, spec, status }) => {
    const isReady = status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;
    const admin = spec.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === 'admin');
    if (!isReady || admin === undefined) return [];
    const { name, deletionTimestamp } = metadata;
    return [{ name, port: admin.containerPort, isLeaving: deletionTimestamp !== undefined }];
  });
}
