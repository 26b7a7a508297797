import type { KubeCluster } from './cluster.ts';
import { system } from './sluice.ts';

export interface ControllerPod {
  readonly name: string;
  readonly address: string;
  readonly restarts: number;
  readonly isReady: boolean;
  /** How long it took to be ready, to the second. */
  readonly startMs: number;
}

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly lastTransitionTime: string }[];
    readonly containerStatuses?: readonly Container[];
  };
}

interface Container {
  readonly restartCount: number;
  readonly ready: boolean;
  readonly state: { readonly running?: { readonly startedAt: string } };
}

/** Those that are not on their way out. */
export async function controllerPods(cluster: KubeCluster): Promise<readonly ControllerPod[]> {
  const line = ['get', 'pods', '--selector=app.kubernetes.io/name=sluice-controller', '--output', 'json'];
  const text = await cluster.kubectl(['--namespace', system, ...line]);
  const { items } = JSON.parse(text) as { readonly items: readonly Pod[] };
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(controllerPod);
}

function controllerPod({ metadata: { name }, status }: Pod): ControllerPod {
  const { podIP: address = '', conditions = [], containerStatuses: [container] = [] } = status;
  const isReady = container?.ready === true;
  const startedAt = container?.state.running?.startedAt ?? '';
  const readyAt = conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '';
  const tookMs = Date.parse(readyAt) - Date.parse(startedAt);
  return { name, address, restarts: container?.restartCount ?? 0, isReady, startMs: isReady ? tookMs : 0 };
}

/** The pod of the replica that holds the Lease; empty: nobody does. */
export async function leader(cluster: KubeCluster): Promise<string> {
  const path = 'jsonpath={.spec.holderIdentity}';
  const holder = await cluster.kubectl(['--namespace', system, 'get', 'lease/sluice-controller', '--output', path]);
  return holder.split('_')[0] ?? '';
}

/**
 * Leaves something in the pod that ends its controller, roughly, as soon as the API server does not answer any more: by
 * then nobody outside could.
 */
export async function endWithoutApiServer(cluster: KubeCluster, pod: string): Promise<void> {
  const inside = `
    const { connect } = require('node:net');
    let misses = 0;
    setInterval(() => {
      const socket = connect(process.env.KUBERNETES_SERVICE_PORT, process.env.KUBERNETES_SERVICE_HOST);
      socket.setTimeout(1000, () => socket.destroy(new Error('silence')));
      socket.on('connect', () => { misses = 0; socket.destroy(); });
      // The first signal asks for an orderly end, the second one for an end at once.
      socket.on('error', () => { if (++misses >= 3) process.kill(1, 'SIGTERM'); });
    }, 500);
  `;
  const outside = `
    const { spawn } = require('node:child_process');
    spawn(process.execPath, ['-e', process.argv[1]], { detached: true, stdio: 'ignore' }).unref();
  `;
  const program = ['exec', pod, '--', '/usr/local/bin/node', '-e', outside, inside];
  await cluster.kubectl(['--namespace', system, ...program]);
}
