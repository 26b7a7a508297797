import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { until } from '../../support/until.ts';

const cluster = openCluster();
const namespace = 'sluice-images-test';

beforeAll(async () => {
  // A run that was interrupted may have left it.
  await cluster.kubectl(['delete', 'namespace', namespace, '--ignore-not-found'], { limitMs: 120_000 });
  await cluster.kubectl(['create', 'namespace', namespace]);
  // The strictest of the standards: the cluster itself refuses a pod that asks for more.
  await cluster.kubectl(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted']);
  await until('the namespace has its service account', () =>
    cluster.kubectl(['--namespace', namespace, 'get', 'serviceaccount', 'default']).then(
      () => true,
      () => false,
    ),
  );
}, 200_000);
afterAll(() => cluster.kubectl(['delete', 'namespace', namespace, '--wait=false']));

/** Runs one command of an image to its end, as locked down as the product's pods are. */
async function runPod(name: string, image: string, args: readonly string[]): Promise<string> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name,
          image,
          args,
          imagePullPolicy: 'IfNotPresent',
          securityContext: {
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  };
  await cluster.apply(JSON.stringify(pod));
  const phase = (): Promise<string> =>
    cluster.kubectl(['--namespace', namespace, 'get', 'pod', name, '-o', 'jsonpath={.status.phase}']);
  await until(`${name} has ended`, async () => /Succeeded|Failed/.test(await phase()), { limitMs: 60_000 });
  const log = await cluster.kubectl(['--namespace', namespace, 'logs', name]);
  expect(`${await phase()}\n${log}`).toMatch(/^Succeeded/);
  return log;
}

describe('the images, without root and on a read-only file system', () => {
  it('start the controller', async () => {
    expect(await runPod('controller', cluster.image('controller'), ['--help'])).toContain('Usage: controller');
  });

  it('start the processor', async () => {
    expect(await runPod('processor', cluster.image('processor'), ['--help'])).toContain('SLUICE_PROCESSOR_LISTEN');
  });

  it('start Envoy', async () => {
    expect(await runPod('envoy', cluster.image('envoy'), ['--version'])).toMatch(/\/1\.40\.\d+\//);
  });

  it('start the practice provider', async () => {
    expect(await runPod('practice', cluster.image('practice'), ['--help'])).toContain('practice provider');
  });

  it('start what the tests bring', async () => {
    expect(await runPod('e2e', cluster.image('e2e'), ['--help'])).toContain('practice provider');
    expect(await runPod('redis', cluster.image('redis'), ['--version'])).toContain('Redis server');
  });
});
