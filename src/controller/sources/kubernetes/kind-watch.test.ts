import { describe, expect, it, onTestFinished } from 'vitest';
import { kinds } from '../../../policy/kinds.ts';
import { type KindWatch, startKindWatch } from './kind-watch.ts';
import { type FakeCluster, fakeCluster } from './testing/fake-cluster.ts';

const group = '/apis/gateway.networking.k8s.io';

function watching({ client }: FakeCluster): { readonly watch: KindWatch; readonly told: () => number } {
  let told = 0;
  const watch = startKindWatch({
    client,
    facts: kinds.Gateway,
    onChange: () => told++,
    onError: () => undefined,
  });
  onTestFinished(watch.close);
  return { watch, told: () => told };
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
});
