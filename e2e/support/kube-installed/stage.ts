import { createHash } from 'node:crypto';
import { document, provider } from '../policy-documents.ts';
import type { KubeCluster } from './cluster.ts';
import type { PortForward } from './port-forward.ts';
import { dataplane, rollout } from './sluice.ts';

/** The namespace of what calls and is called: it stays for the next file. */
export const outside = 'sluice-e2e';

/** A namespace of its own for the policy of one file, with the key of a caller in it. */
export interface Stage {
  readonly namespace: string;
  /** Of the ApiKey `caller`. */
  readonly secret: string;
  /** kubectl in that namespace. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Server-side, in that namespace where a document names none. */
  apply(...documents: readonly string[]): Promise<void>;
  /** Until the controller says of all of them that the pods have it: `model/small`. */
  programmed(...objects: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(cluster: KubeCluster, theme: string): Promise<Stage> {
  const namespace = `sluice-e2e-${theme}`;
  const secret = `sk-caller-of-${theme}`;
  const stage: Stage = {
    namespace,
    secret,
    kubectl: (...args) => cluster.kubectl(['--namespace', namespace, ...args]),
    async apply(...documents) {
      const line = ['--namespace', namespace, 'apply', '--server-side', '--field-manager=test', '-f', '-'];
      await cluster.kubectl(line, { input: documents.join('\n---\n') });
    },
    async programmed(...objects) {
      await stage.kubectl('wait', '--for=condition=Programmed', '--timeout=30s', ...objects);
    },
    async close() {
      await cluster.kubectl(['delete', 'namespace', namespace, '--wait=false']);
    },
  };
  // A run that was interrupted may have left it.
  await cluster.kubectl(['delete', 'namespace', namespace, '--ignore-not-found'], { limitMs: 120_000 });
  await bringOutside(cluster);
  await cluster.apply(`apiVersion: v1\nkind: Namespace\nmetadata: {name: ${namespace}}\n`);
  await stage.apply(keyDocument('caller', secret));
  return stage;
}

export function keyDocument(name: string, secret: string, spec: Readonly<Record<string, unknown>> = {}): string {
  return document('ApiKey', name, { hash: `sha256:${createHash('sha256').update(secret).digest('hex')}`, ...spec });
}

/** A provider that the practice provider plays: one account of it. */
export function practiceProvider(name: string, spec: Readonly<Record<string, unknown>> = {}): string {
  return provider(name, `http://provider.${outside}.svc/${name}/v1`, spec);
}

/** For tests in which no pod of egress ends. */
export function forwardEgress(cluster: KubeCluster): Promise<PortForward> {
  return cluster.portForward('svc/egress', 10080, dataplane);
}

async function bringOutside(cluster: KubeCluster): Promise<void> {
  await cluster.apply(`
apiVersion: v1
kind: Namespace
metadata: { name: ${outside} }
---
apiVersion: v1
kind: Service
metadata: { name: provider, namespace: ${outside} }
spec:
  selector: { app: provider }
  ports: [{ name: http, port: 80, targetPort: 8080 }, { name: control, port: 8081 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: provider, namespace: ${outside} }
spec:
  selector: { matchLabels: { app: provider } }
  template:
    metadata: { labels: { app: provider } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: provider
          image: ${cluster.image('e2e')}
          command: [/usr/local/bin/node, /opt/sluice/e2e/kube/pods/provider.ts]
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 }
`);
  await rollout(cluster, outside, 'deployment/provider');
}
