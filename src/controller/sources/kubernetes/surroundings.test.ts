import { afterEach, describe, expect, it } from 'vitest';
import { type ClusterSurroundings, clusterSurroundings } from './surroundings.ts';
import { type FakeCluster, fakeCluster } from './testing/fake-cluster.ts';

const path = '/api/v1/namespaces/a/services';
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function around({ client }: FakeCluster): ClusterSurroundings {
  const surroundings = clusterSurroundings({
    client,
    namespaceLabels: () => new Map(),
    namespaces: () => undefined,
    onChange: () => undefined,
    onComplete: () => undefined,
    onError: () => undefined,
  });
  closing.push(surroundings.close);
  return surroundings;
}

describe('a Service of a cluster', () => {
  it('is missing once it was looked for and not found, not before', async () => {
    const cluster = fakeCluster();
    cluster.put(path, { metadata: { name: 'there' }, spec: { ports: [{ name: 'https', port: 443 }] } });
    const surroundings = around(cluster);
    const missing = () => ['there', 'gone'].map((name) => surroundings.lacksService('a', name));
    expect(missing()).toEqual([false, false]);
    await surroundings.complete();
    expect(missing()).toEqual([false, true]);
  });

  it('is not missing where the controller may not look', async () => {
    const cluster = fakeCluster();
    cluster.refuse(/services/, 403);
    const surroundings = around(cluster);
    surroundings.lacksService('a', 'gone');
    await surroundings.complete();
    expect([surroundings.lacksService('a', 'gone'), surroundings.service('a', 'gone')]).toEqual([false, undefined]);
  });
});
