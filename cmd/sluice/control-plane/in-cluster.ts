import { connectKubeClient } from '../../../src/kube/client.ts';
import { kubeErrorText } from '../../../src/kube/error.ts';
import { err, ok } from '../../../src/lib/result.ts';
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

/** The API server passes the question on to the Service, so that nothing has to be forwarded by hand. */
export function controlPlaneInCluster({ kubeconfig, context, namespace }: ClusterFlags): AskControlPlane {
  return async (path) => {
    const connected = await connectKubeClient({
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    });
    if (!connected.ok) return err(`No cluster: ${connected.error}. Name one with --kubeconfig or --context.`);
    const client = connected.value;
    try {
      const service = `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/http:controller:admin/proxy`;
      const answer = await client.raw(`${service}${path}`);
      if (answer.ok) return ok(answer.value);
      const { code } = answer.error;
      const remedy =
        code === 403
          ? 'Ask for the right to get services/proxy there.'
          : code === 404 || code === 503
            ? 'Check that the chart is installed there, with: kubectl -n NAMESPACE get deployment controller.'
            : 'Check the kubeconfig.';
      const place = `The control plane in namespace ${namespace}`;
      return err(
        `${place} does not answer (${kubeErrorText(answer.error)}). ${remedy.replace('NAMESPACE', namespace)}`,
      );
    } finally {
      client.close();
    }
  };
}
