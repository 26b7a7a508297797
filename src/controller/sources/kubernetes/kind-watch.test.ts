import { describe, expect, it, onTestFinished } from 'vitest';
import { kinds } from '../../../policy/kinds.ts';
import { type KindWatch, startKindWatch } from './kind-watch.ts';
import { type FakeCluster, fakeCluster } from './testing/fake-cluster.ts';

const group = '/apis/gateway.networking.k8s.io';

interface Watching {
  readonly watch: KindWatch;
  readonly told: () => number;
  readonly statuses: () => number;
}

function watching({ client }: FakeCluster): Watching {
  let told = 0;
  let statuses = 0;
  const watch = startKindWatch({
    client,
    facts: kinds.Gateway,
    onChange: () => told++,
    onStatus: () => statuses++,
    onError: () => undefined,
  });
  onTestFinished(watch.close);
  return { watch, told: () => told, statuses: () => statuses };
}

describe('startKindWatch()', () => {
  it('reads the newest version that the API server has', async () => {
    const cluster = fakeCluster();
    cluster.refuse(/\/v1\/gateways$/, 404);
    cluster.put(`${group}/v1beta1/namespaces/a/gateways`, { metadata: { name: 'egress' } });
    const { watch } = watching(cluster);
    expect(watch.standing()).toBe('reading');
    await expect.poll(watch.standing).toBe('known');
    expect([...watch.objects().keys()]).toEqual(['a/egress']);
    expect(watch.resource().version).toBe('v1beta1');
  });

  it('keeps trying where no version is served, and begins at once when the definition changes', async () => {
    const cluster = fakeCluster();
    cluster.refuse(/gateways$/, 404);
    const { watch } = watching(cluster);
    await expect.poll(watch.standing, { timeout: 5_000 }).toBe('unserved');
    cluster.refuse(/gateways$/, 200);
    watch.look();
    await expect.poll(watch.standing).toBe('known');
    expect(watch.failure()).toBeUndefined();
  });

  it('is refused until it is permitted', async () => {
    const cluster = fakeCluster();
    cluster.refuse(/gateways$/, 403);
    const { watch, told } = watching(cluster);
    await expect.poll(watch.standing).toBe('refused');
    expect(watch.failure()).toMatch(/^Forbidden \(403\)/);
    const before = told();
    cluster.refuse(/gateways$/, 200);
    await expect.poll(watch.standing).toBe('known');
    expect(told()).toBeGreaterThan(before);
  });

  it('tells changes of nothing but a status apart from others', async () => {
    const cluster = fakeCluster();
    const put = (object: { readonly generation: number; readonly status?: unknown; readonly labels?: object }) => {
      const { generation, labels, ...rest } = object;
      const metadata = { name: 'egress', generation, ...(labels && { labels: { ...labels } }) };
      cluster.put(`${group}/v1/namespaces/a/gateways`, { metadata, ...rest });
    };
    put({ generation: 1 });
    const { watch, told, statuses } = watching(cluster);
    await expect.poll(() => watch.objects().size).toBe(1);
    await expect.poll(() => cluster.calls.some((call) => call.startsWith('WATCH'))).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 10));
    const before = told();
    put({ generation: 1, status: { conditions: [] } });
    await expect.poll(statuses).toBe(1);
    expect(told()).toBe(before);
    expect(watch.objects().get('a/egress')).toHaveProperty('status');
    put({ generation: 1, labels: { team: 'a' } });
    await expect.poll(told).toBe(before + 1);
    put({ generation: 2, labels: { team: 'a' } });
    await expect.poll(told).toBe(before + 2);
    expect(statuses()).toBe(1);
  });
});
