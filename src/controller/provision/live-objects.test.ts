import { expect, it, onTestFinished } from 'vitest';
import type { KubeError } from '../../kube/error.ts';
import { fakeCluster } from '../sources/kubernetes/testing/fake-cluster.ts';
import { type LiveObject, liveObject, provisionedSelector } from './live-object.ts';
import { gatewaysWith, watchLiveObjects } from './live-objects.ts';

const inTeam = (plural: string, team = 'team-a', root = '/api/v1'): string => `${root}/namespaces/${team}/${plural}`;

function watching(namespaces?: readonly string[]) {
  const cluster = fakeCluster();
  let changes = 0;
  const errors: KubeError[] = [];
  const live = watchLiveObjects({
    client: cluster.client,
    ...(namespaces && { namespaces }),
    onChange() {
      changes++;
    },
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => live.close());
  /** What is said of a change is asked for after it. */
  const changed = async (change: () => void): Promise<void> => {
    const before = changes;
    change();
    await expect.poll(() => changes).toBeGreaterThan(before);
  };
  return { cluster, live, errors, changed };
}

it('knows what is there, of every kind and namespace, and what is there no more', async () => {
  const { cluster, live, changed } = watching();
  cluster.put(inTeam('services'), {
    metadata: { name: 'edge' },
    spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' },
  });
  expect(live.hasSynced()).toBe(false);
  await expect.poll(live.hasSynced).toBe(true);
  expect(live.get('Service', 'team-a', 'edge')).toMatchObject({
    ...{ namespace: 'team-a', name: 'edge', uid: 'uid-edge', resourceVersion: '101' },
    ...{ isBalanced: true, clusterIPs: ['10.0.0.1'] },
  });
  expect([live.get('Service', 'team-b', 'edge'), live.get('Deployment', 'team-a', 'edge')]).toEqual([
    undefined,
    undefined,
  ]);
  await changed(() =>
    cluster.put(inTeam('deployments', 'team-b', '/apis/apps/v1'), {
      metadata: { name: 'edge' },
      spec: { replicas: 2 },
    }),
  );
  expect(live.get('Deployment', 'team-b', 'edge')).toMatchObject({ replicas: 2, ownReplicas: undefined });
  const names = () => [...live.all()].map(([kind, { namespace }]) => `${kind} ${namespace}`).sort();
  expect(names()).toEqual(['Deployment team-b', 'Service team-a']);
  await changed(() => cluster.remove(inTeam('services'), 'edge'));
  expect(names()).toEqual(['Deployment team-b']);
});

it('reads Secrets where it is told to, as long as it is, and nowhere else', async () => {
  const { cluster, live, changed } = watching();
  for (const team of ['team-a', 'team-b']) {
    cluster.put(inTeam('secrets', team), {
      metadata: { name: 'edge-xds' },
      data: { key: Buffer.from(`of ${team}`).toString('base64') },
    });
  }
  await expect.poll(live.hasSynced).toBe(true);
  expect(live.secretsOf('team-a')).toBe('reading');
  await changed(() => live.follow(new Set(['team-a'])));
  await expect.poll(() => live.secretsOf('team-a')).toBe('known');
  live.follow(new Set(['team-a']));
  const held = (team: string): unknown => live.get('Secret', team, 'edge-xds')?.data;
  expect([held('team-a'), held('team-b')]).toEqual([{ key: 'of team-a' }, undefined]);
  expect([...live.all()].map(([kind]) => kind)).toEqual(['Secret']);
  expect(cluster.calls.filter((call) => call.includes('secrets'))).toEqual([
    'LIST /api/v1/namespaces/team-a/secrets',
    'WATCH /api/v1/namespaces/team-a/secrets',
  ]);
  live.follow(new Set(['team-b']));
  await expect.poll(() => live.secretsOf('team-b')).toBe('known');
  expect([held('team-a'), held('team-b'), live.secretsOf('team-a')]).toEqual([
    undefined,
    { key: 'of team-b' },
    'reading',
  ]);
});

it('says why Secrets of a namespace are not known, which holds up nothing else', async () => {
  const { cluster, live, errors, changed } = watching();
  cluster.refuse(/team-a.secrets/, 403);
  cluster.put(inTeam('secrets'), { metadata: { name: 'edge-xds' } });
  await changed(() => live.follow(new Set(['team-a', 'team-b'])));
  await expect.poll(() => live.secretsOf('team-a')).toMatchObject({ code: 403 });
  await expect.poll(live.hasSynced).toBe(true);
  expect(errors[0]).toMatchObject({ code: 403 });
  await changed(() => cluster.refuse(/team-a.secrets/, 200));
  await expect.poll(() => live.secretsOf('team-a')).toBe('known');
});

it('watches the namespaces that it is told, and ends when it is closed', async () => {
  const { cluster, live } = watching(['team-a', 'team-b']);
  await expect.poll(live.hasSynced).toBe(true);
  expect(cluster.calls).toContain('LIST /apis/apps/v1/namespaces/team-b/deployments');
  expect(cluster.calls).not.toContain('LIST /apis/apps/v1/deployments');
  live.close();
  cluster.put(inTeam('services'), { metadata: { name: 'late' } });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([...live.all()]).toEqual([]);
});

it('asks for what has our labels only: Secrets of others are never read', async () => {
  const { client } = fakeCluster();
  const asked: unknown[] = [];
  const live = watchLiveObjects({
    client: {
      ...client,
      list(place, options) {
        asked.push(options?.labelSelector);
        return client.list(place, options);
      },
      transport: {
        ...client.transport,
        stream(call, listener) {
          asked.push(call.query?.labelSelector);
          return client.transport.stream(call, listener);
        },
      },
    },
    onChange: () => undefined,
    onError: () => undefined,
  });
  onTestFinished(() => live.close());
  live.follow(new Set(['team-a']));
  // Eight kinds, each listed and watched.
  await expect.poll(() => asked.length).toBe(16);
  expect(new Set(asked)).toEqual(new Set([provisionedSelector]));
});

it('tells of every failure to read Secrets, since Gateways wait for them, and of those of nothing else', async () => {
  const cluster = fakeCluster();
  let [changes, errors] = [0, 0];
  cluster.refuse(/configmaps/, 403);
  const live = watchLiveObjects({
    client: cluster.client,
    onChange() {
      changes++;
    },
    onError() {
      errors++;
    },
  });
  onTestFinished(() => live.close());
  // Each of the six others says once that all of it is known.
  await expect.poll(() => [changes, errors > 0]).toEqual([6, true]);
  expect([live.hasSynced(), live.failure()?.code]).toEqual([false, 403]);
  cluster.refuse(/secrets/, 403);
  live.follow(new Set(['team-a']));
  await expect.poll(() => changes).toBeGreaterThan(6);
});

it('tells for which Gateways this controller has made something', () => {
  const made = (owner: string | undefined, controller: string | undefined): readonly ['Service', LiveObject] => [
    'Service',
    { ...liveObject({ metadata: { name: 'edge' } }), owner, controller },
  ];
  const live = {
    *all() {
      yield* [made('a', 'ours'), made('a', 'ours'), made('b', 'theirs'), made('c', undefined), made(undefined, 'ours')];
    },
  };
  expect([...gatewaysWith(live, 'ours')]).toEqual(['a']);
});
