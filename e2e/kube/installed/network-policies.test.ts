import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { controllerPods } from '../../support/kube-installed/controller-pods.ts';
import { bringSluice, dataplane, system } from '../../support/kube-installed/sluice.ts';
import { openStage, outside, type Stage } from '../../support/kube-installed/stage.ts';
import { until } from '../../support/until.ts';

/** The release of all tests here has its network policies on: what may pass, passes in every other file. */
const cluster = openCluster();
let stage: Stage;

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'network-policies');
  await stage.apply(closedToEverybody);
  await stage.kubectl('wait', 'pod/closed', '--for=condition=Ready', '--timeout=50s');
}, 400_000);

afterAll(() => stage?.close());

/** Shows whether this cluster enforces policies, which not every one does. */
const closedToEverybody = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed }
spec:
  podSelector: { matchLabels: { app: closed } }
  policyTypes: [Ingress]
---
apiVersion: v1
kind: Pod
metadata: { name: closed, labels: { app: closed } }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: closed
      image: ${cluster.image('e2e')}
      args: ['--host', '0.0.0.0', '--port', '8080']
      readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 }
`;

interface Labelled {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

interface Pod extends Labelled {
  readonly spec: { readonly containers: readonly { readonly ports?: readonly { readonly containerPort: number }[] }[] };
}

interface Policy extends Labelled {
  readonly spec: {
    readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly ingress: readonly { readonly ports: readonly { readonly port: number }[] }[];
  };
}

async function itemsOf<T>(namespace: string, resource: string): Promise<readonly T[]> {
  const text = await cluster.kubectl(['--namespace', namespace, 'get', resource, '--output', 'json']);
  return (JSON.parse(text) as { readonly items: readonly T[] }).items;
}

/** The ports that each policy opens, and those of the pods that it selects. */
async function openings(namespace: string): Promise<Readonly<Record<string, unknown>>> {
  const policies = await itemsOf<Policy>(namespace, 'networkpolicies');
  const pods = await itemsOf<Pod>(namespace, 'pods');
  return Object.fromEntries(
    policies.map(({ metadata, spec }) => {
      const labels = Object.entries(spec.podSelector.matchLabels);
      const selected = pods.filter((pod) => labels.every(([name, value]) => pod.metadata.labels?.[name] === value));
      const served = selected.flatMap((pod) => pod.spec.containers.flatMap(({ ports = [] }) => ports));
      const opened = spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port));
      return [metadata.name, { opened: sorted(opened), served: sorted(served.map((each) => each.containerPort)) }];
    }),
  );
}

const sorted = (ports: readonly number[]): readonly number[] => [...new Set(ports)].sort((a, b) => a - b);

/** Whether a pod of somebody else gets a connection. */
async function reaches(host: string, port: number): Promise<boolean> {
  const program = `
    const socket = require('node:net').connect(${port}, '${host}');
    const end = (answer) => { console.log(answer); process.exit(); };
    socket.setTimeout(2000, () => end(false)).on('connect', () => end(true)).on('error', () => end(false));
  `;
  const line = ['exec', 'deployment/provider', '--', '/usr/local/bin/node', '-e', program];
  return (await cluster.kubectl(['--namespace', outside, ...line])).trim() === 'true';
}

describe('the network policies of a release', () => {
  it('select its pods, and open what these serve', async () => {
    const [controller, ...others] = Object.entries(await openings(system));
    expect({ controller, others }).toEqual({
      controller: ['controller', { opened: [10089, 18000], served: [10089, 18000] }],
      others: [],
    });
    expect(await openings(dataplane)).toEqual({
      // Ports of listeners come and go with them: containers do not name these.
      egress: { opened: [10080, 18002, 18003], served: [18002, 18003] },
      redis: { opened: [6379], served: [6379] },
    });
  });

  it('let others call the gateway and read metrics, and reach nothing else where they are enforced', {
    timeout: 120_000,
  }, async () => {
    const [controller] = await controllerPods(cluster);
    const closed = await stage.kubectl('get', 'pod/closed', '--output', 'jsonpath={.status.podIP}');
    const look = async () => ({
      gateway: await reaches(`egress.${dataplane}`, 10080),
      metrics: await reaches(controller?.address ?? '', 10089),
      configuration: await reaches(`controller.${system}`, 18000),
      limits: await reaches(`redis.${dataplane}`, 6379),
      isEnforced: !(await reaches(closed, 8080)),
    });
    let seen = await look();
    const isAsItShouldBe = (): boolean => {
      const { gateway, metrics, configuration, limits, isEnforced } = seen;
      return gateway && metrics && configuration !== isEnforced && limits !== isEnforced;
    };
    // Rules may follow their pods a moment later.
    const again = async (): Promise<boolean> => {
      if (!isAsItShouldBe()) seen = await look();
      return isAsItShouldBe();
    };
    await until('everybody reaches what is theirs', again, { limitMs: 60_000, seen: () => seen });
  });
});
