import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { until } from '../../support/until.ts';

/** What the other tests of this folder take for granted. */
const cluster = openCluster();
const namespace = 'sluice-cluster-test';
const kubectl = (...args: string[]): Promise<string> => cluster.kubectl(['--namespace', namespace, ...args]);

const manifest = `
apiVersion: v1
kind: Namespace
metadata: { name: ${namespace} }
---
apiVersion: v1
kind: Service
metadata: { name: practice, namespace: ${namespace} }
spec:
  selector: { app: practice }
  ports: [{ port: 80, targetPort: 8080 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: practice, namespace: ${namespace} }
spec:
  replicas: 2
  selector: { matchLabels: { app: practice } }
  template:
    metadata: { labels: { app: practice } }
    spec:
      containers:
        - name: practice
          image: ${cluster.image('e2e')}
          args: ['--host', '0.0.0.0', '--port', '8080']
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: caller, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: caller } }
  template:
    metadata: { labels: { app: caller } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: caller
          image: ${cluster.image('e2e')}
          command: [/usr/local/bin/node, -e, 'setInterval(() => {}, 1e9)']
`;

beforeAll(async () => {
  await cluster.apply(manifest);
  await kubectl('rollout', 'status', 'deployment/practice', 'deployment/caller', '--timeout=55s');
});
afterAll(() => cluster.kubectl(['delete', 'namespace', namespace, '--wait=false']));

/** Two seconds of requests from a pod. */
async function loadFromPod(): Promise<{ readonly count: number; readonly failures: readonly string[] }> {
  const url = `http://practice.${namespace}/v1/models`;
  const plan = JSON.stringify({ url, clients: 2, seconds: 2, isFresh: true });
  const program = ['/usr/local/bin/node', '/opt/sluice/e2e/kube/pods/load.ts', plan];
  const output = await kubectl('exec', 'deployment/caller', '--', ...program);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

describe('the cluster', () => {
  it('leads from a pod to a Service by its name', async () => {
    // Rules follow a new Service about a second later.
    await until('all requests are answered', async () => (await loadFromPod()).failures.length === 0, {
      limitMs: 20_000,
    });
    expect((await loadFromPod()).count).toBeGreaterThan(10);
  });

  it('leads from the machine to a Service by port-forward', async () => {
    const forward = await cluster.portForward('svc/practice', 80, namespace);
    try {
      const response = await fetch(`http://127.0.0.1:${forward.port}/v1/models`, { headers: { connection: 'close' } });
      expect(response.status).toBe(200);
    } finally {
      await forward.stop();
    }
  });

  it('serves on while its API server is away', { timeout: 240_000 }, async () => {
    // `kubectl exec` would end with the API server; this pod goes on and is asked afterwards.
    const plan = JSON.stringify({
      url: `http://practice.${namespace}/v1/models`,
      clients: 2,
      seconds: 20,
      isFresh: true,
    });
    const program = ['/usr/local/bin/node', '/opt/sluice/e2e/kube/pods/load.ts', plan];
    const options = [`--image=${cluster.image('e2e')}`, '--restart=Never', '--image-pull-policy=IfNotPresent'];
    await kubectl('delete', 'pod', 'through', '--ignore-not-found', '--now');
    await kubectl('run', 'through', ...options, '--command', '--', ...program);
    await until('the load has begun', async () => (await kubectl('logs', 'through').catch(() => '')) !== '', {
      limitMs: 30_000,
    });
    await cluster.stopApiServer();
    await cluster.startApiServer();
    const phase = (): Promise<string> => kubectl('get', 'pod', 'through', '-o', 'jsonpath={.status.phase}');
    await until('the load has ended', async () => (await phase()) === 'Succeeded', { limitMs: 60_000 });
    const result = JSON.parse((await kubectl('logs', 'through', '--tail=1')).trim());
    expect(result).toMatchObject({ failed: 0, failures: [] });
    expect(result.count).toBeGreaterThan(100);
  });
});
