import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { chartFolder, helm } from '../../support/kube-api/chart.ts';
import { patience } from '../../support/kube-api/patience.ts';
import { serveEveryKind } from '../../support/kube-api/served-kinds.ts';

/*
 * What the API server says of a release, and when its values change. Much of what it stores may never be changed, which no
 * rendered chart tells, nor which fields it does not know.
 */

patience();
const [release, system] = ['sluice', 'sluice-system'];
const testdata = join(chartFolder, 'testdata');
const cases = readdirSync(testdata).filter((name) => name.endsWith('.values.yaml'));
let server: KubeApiServer;

beforeAll(async () => {
  server = await startApiServer();
  await serveEveryKind(server);
  await server.apply(['PodMonitor', 'PrometheusRule', 'ServiceMonitor'].map(ofPrometheus).join('\n---\n'));
  await server.kubectl('create', 'namespace', system);
  await server.kubectl('create', 'namespace', 'team-a');
});

afterAll(() => server?.close());

/** Stands for the definition that the Prometheus operator brings. */
function ofPrometheus(kind: string): string {
  const plural = `${kind.toLowerCase()}s`;
  const group = 'monitoring.coreos.com';
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const versions = [{ name: 'v1', served: true, storage: true, schema }];
  return JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: 'Namespaced', names: { kind, plural }, versions },
  });
}

const inSystem = (...args: readonly string[]): Promise<string> =>
  helm(...args, '--namespace', system, '--kubeconfig', server.kubeconfig);

const upgrade = (...values: readonly string[]): Promise<string> =>
  inSystem('upgrade', release, chartFolder, '--install', ...sparing, ...values);

/** Definitions are there, and the first revision is remembered. */
const sparing = ['--skip-crds', '--set', 'ai-gateway-crds.enabled=false', '--history-max=0'];

const claim = (): Promise<string> =>
  server.kubectl(
    ...['get', 'persistentvolumeclaim', 'redis', '--namespace', 'counting', '--ignore-not-found'],
    ...['--output', 'jsonpath={.metadata.uid} {.spec.resources.requests.storage}'],
  );

describe('a release', () => {
  beforeEach(() => inSystem('uninstall', release, '--ignore-not-found'));

  it('goes from any values of the goldens to the next ones, and back', async () => {
    for (const name of [...cases, ...cases.slice(0, 1)]) {
      expect(await upgrade('--values', join(testdata, name)), name).toContain('STATUS: deployed');
    }
    // The first revision, and from there the last one.
    for (const revision of ['1', '0']) {
      expect(await inSystem('rollback', release, revision)).toContain('Rollback was a success');
    }
  });

  it('asks for nothing that an API server would drop or correct', async () => {
    // Of which the namespace of the data plane stays.
    await upgrade();
    await inSystem('uninstall', release);
    const strictly = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '--filename'];
    for (const name of cases) {
      const golden = join(testdata, name.replace('.values.yaml', '.golden.yaml'));
      expect(await server.kubectl(...strictly, golden), name).toContain(
        'deployment.apps/controller serverside-applied',
      );
    }
  });

  it('gets a Redis that keeps what it counts, and finds that again after a while without', async () => {
    const counting = ['--set', 'dataplane.namespace=counting,redis.enabled=true'];
    const keeping = [...counting, '--set', 'redis.persistence.enabled=true'];
    await upgrade(...counting);
    expect(await claim()).toBe('');
    await upgrade(...keeping);
    const kept = await claim();
    expect(kept).toMatch(/^\S+ 1Gi$/);
    await upgrade(...counting);
    await inSystem('uninstall', release);
    await upgrade(...keeping);
    expect(await claim()).toBe(kept);
  });
});
