import { describe, expect, it, onTestFinished } from 'vitest';
import { kubeError } from '../../../kube/error.ts';
import { err, ok } from '../../../lib/result.ts';
import { problemText } from '../../../policy/testing/problem-text.ts';
import type { SourceState } from '../source.ts';
import { testFolder } from '../testing/folder.ts';
import { type KubernetesSource, type KubernetesSourceOptions, startKubernetesSource } from './source.ts';
import { type FakeCluster, fakeCluster } from './testing/fake-cluster.ts';
import type { AskForVersions } from './told-versions.ts';

const own = '/apis/sluice.dev/v1alpha1';
const settled = () => new Promise((resolve) => setTimeout(resolve, 60));

/** A cluster with the definitions of some of our kinds. */
function clusterWith(...plurals: readonly string[]): FakeCluster {
  const cluster = fakeCluster();
  for (const plural of plurals) define(cluster, plural);
  for (const name of ['team-a', 'team-b']) {
    cluster.put('/api/v1/namespaces', { metadata: { name, labels: { team: name } } });
  }
  return cluster;
}

function define(cluster: FakeCluster, plural: string, group = 'sluice.dev'): void {
  const metadata = { name: `${plural}.${group}` };
  cluster.put('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { metadata });
}

function budget(
  cluster: FakeCluster,
  namespace: string,
  name: string,
  usd: unknown = 1,
  generation = 1,
  uid = `uid-${name}`,
): void {
  cluster.put(`${own}/namespaces/${namespace}/budgets`, {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'Budget',
    metadata: { name, uid, generation },
    spec: { amount: { usd }, period: { rolling: '30d' } },
  });
}

interface Followed {
  readonly source: KubernetesSource;
  readonly told: string[][];
  readonly errors: string[];
  problems(): readonly string[];
}

async function follow(
  { client }: FakeCluster,
  options: Partial<KubernetesSourceOptions> = {},
  onObjects: () => void = () => undefined,
): Promise<Followed> {
  const told: string[][] = [];
  const errors: string[] = [];
  const source = await startKubernetesSource({
    client,
    selectors: [],
    quietMs: 5,
    snapshotEveryMs: 10,
    onChange: (state) => told.push(state.documents.map(({ id }) => id)),
    onError: (error) => errors.push(error.message),
    onTrouble: (error) => errors.push(error.reason),
    onObjects,
    ...options,
  });
  onTestFinished(() => source.close());
  return { source, told, errors, problems: () => source.current().problems.map(problemText) };
}

describe('startKubernetesSource()', () => {
  it('watches the kinds that are defined and no others', async () => {
    const cluster = clusterWith('budgets');
    budget(cluster, 'team-a', 'b');
    const { source } = await follow(cluster);
    await expect.poll(() => source.isSynced()).toBe(true);
    expect(source.state.documents.map(({ id }) => id)).toEqual(['Budget/team-a/b']);
    const watches = cluster.calls.filter((call) => call.startsWith('WATCH'));
    expect(watches.toSorted()).toEqual([
      'WATCH /api/v1/namespaces',
      'WATCH /apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      `WATCH ${own}/budgets`,
    ]);
    define(cluster, 'limits');
    await expect.poll(() => cluster.calls).toContain(`WATCH ${own}/limits`);
  });

  it('makes one state of many changes', async () => {
    const cluster = clusterWith('budgets');
    const { told } = await follow(cluster);
    for (let index = 0; index < 50; index++) budget(cluster, 'team-a', `b${index}`);
    await expect.poll(() => told.map((ids) => ids.length)).toEqual([50]);
  });

  it('serves all but a kind that it may not read, and says so', async () => {
    const cluster = clusterWith('budgets', 'limits');
    budget(cluster, 'team-a', 'b');
    cluster.refuse(/\/limits$/, 403);
    const { source, problems } = await follow(cluster);
    expect(source.state.documents.map(({ id }) => id)).toEqual(['Budget/team-a/b']);
    expect(problems()).toEqual([
      "cluster: reading limits.sluice.dev is refused — permit the control plane's service account to list and watch limits.sluice.dev",
    ]);
    // Of a kind that is not installed there is nothing; of one that may not be read nobody knows.
    expect((['Budget', 'Limit', 'GatewayClass'] as const).map(source.knows)).toEqual([true, false, true]);
  });

  it('tries every kind where it may not see what is defined', async () => {
    const cluster = clusterWith();
    cluster.refuse(/customresourcedefinitions$/, 403);
    cluster.refuse(/^\/apis\/(?!sluice.dev\/v1alpha1\/budgets)/, 404);
    budget(cluster, 'team-a', 'b');
    const { source, problems } = await follow(cluster);
    expect(source.state.documents.map(({ id }) => id)).toEqual(['Budget/team-a/b']);
    expect(problems()).toEqual([expect.stringContaining('reading customresourcedefinitions is refused')]);
  });

  it('waits for a kind that cannot be read, but not for ever', async () => {
    const cluster = clusterWith('budgets', 'limits');
    budget(cluster, 'team-a', 'b');
    cluster.refuse(/\/limits$/, 500);
    const began = performance.now();
    const { source, problems, errors } = await follow(cluster, { settleMs: 100 });
    expect(performance.now() - began).toBeGreaterThan(95);
    expect(source.state.documents.map(({ id }) => id)).toEqual(['Budget/team-a/b']);
    expect(problems()).toEqual([
      expect.stringContaining('reading limits.sluice.dev has failed until now: InternalError'),
    ]);
    expect(new Set(errors)).toEqual(new Set(['InternalError']));
  });

  it('has what was kept stand in for a kind that cannot be read', async () => {
    const path = (await testFolder()).at('snapshot');
    const cluster = clusterWith('budgets', 'limits');
    budget(cluster, 'team-a', 'b');
    const first = await follow(cluster, { snapshotFile: path });
    await settled();
    await first.source.close();
    cluster.refuse(/\/budgets$/, 500);
    const { source } = await follow(cluster, { snapshotFile: path, settleMs: 100 });
    expect(source.state.documents.map(({ id }) => id)).toEqual(['Budget/team-a/b']);
    define(cluster, 'models');
    await settled();
    expect(source.current().documents.map(({ id }) => id)).toEqual(['Budget/team-a/b']);
  });

  it('keeps what it sees for another restart while that stands in, and calls none of it newer than it is', async () => {
    const path = (await testFolder()).at('snapshot');
    const cluster = clusterWith('budgets', 'limits');
    budget(cluster, 'team-a', 'kept');
    const first = await follow(cluster, { snapshotFile: path });
    await settled();
    await first.source.close();
    const keptAt = Date.now();
    cluster.refuse(/\/budgets$/, 500);
    await settled();
    const second = await follow(cluster, { snapshotFile: path, settleMs: 100 });
    cluster.put(`${own}/namespaces/team-a/limits`, {
      apiVersion: 'sluice.dev/v1alpha1',
      kind: 'Limit',
      metadata: { name: 'new', uid: 'uid-new', generation: 1 },
      spec: { requests: 1, window: '1m' },
    });
    await expect.poll(() => second.source.current().documents).toHaveLength(2);
    await settled();
    await second.source.close();
    cluster.refuse(/./, 500);
    const { source } = await follow(cluster, { snapshotFile: path });
    expect(source.state.documents.map(({ id }) => id).toSorted()).toEqual(['Budget/team-a/kept', 'Limit/team-a/new']);
    expect(Date.parse(source.status().staleSince ?? '')).toBeLessThan(keptAt);
  });

  it('lets nothing of that stand in for a kind that is removed and brought back later', async () => {
    const path = (await testFolder()).at('snapshot');
    const cluster = clusterWith('budgets', 'limits');
    budget(cluster, 'team-a', 'b');
    const first = await follow(cluster, { snapshotFile: path });
    await settled();
    await first.source.close();
    const { source, told } = await follow(cluster, { snapshotFile: path });
    expect(source.state.documents.map(({ id }) => id)).toEqual(['Budget/team-a/b']);
    cluster.remove(`${own}/namespaces/team-a/budgets`, 'b');
    await expect.poll(() => source.current().documents).toEqual([]);
    told.splice(0);
    cluster.remove('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'budgets.sluice.dev');
    await settled();
    cluster.refuse(/\/budgets$/, 500);
    define(cluster, 'budgets');
    await settled();
    expect([source.current().documents, told.flat()]).toEqual([[], []]);
  });

  it.each([
    ['a kind', /\/budgets$/],
    ['namespaces', /\/namespaces$/],
    ['everything', /./],
  ])(
    'has what was kept stand in for %s that it may not read, as an API server has it that has just started',
    async (_, path) => {
      const snapshotFile = (await testFolder()).at('snapshot');
      const cluster = clusterWith('budgets', 'limits');
      budget(cluster, 'team-a', 'b');
      budget(cluster, 'team-b', 'b');
      const options = { snapshotFile, selectors: [{ matchLabels: { team: 'team-a' }, matchExpressions: [] }] };
      const first = await follow(cluster, options);
      await settled();
      await first.source.close();
      cluster.refuse(path, 403);
      const { source, told, problems } = await follow(cluster, { ...options, settleMs: 100, snapshotAfterMs: 20 });
      await new Promise((resolve) => setTimeout(resolve, 200));
      const seen = [source.state.documents.map(({ id }) => id), ...told];
      expect(seen.filter((ids) => ids.join() !== 'Budget/team-a/b')).toEqual([]);
      expect(problems().join()).toContain('is refused');
      await source.close();
      const next = await follow(cluster, { ...options, settleMs: 100, snapshotAfterMs: 20 });
      expect(next.source.state.documents.map(({ id }) => id)).toEqual(['Budget/team-a/b']);
    },
  );

  it('knows the last good version of what is broken over a restart', async () => {
    const path = (await testFolder()).at('snapshot');
    const cluster = clusterWith('budgets');
    budget(cluster, 'team-a', 'b');
    const first = await follow(cluster, { snapshotFile: path });
    budget(cluster, 'team-a', 'b', 'much', 2);
    await expect.poll(() => first.source.current().stale.size).toBe(1);
    await first.source.close();
    const { source } = await follow(cluster, { snapshotFile: path });
    expect(source.status()).toEqual({ servesFrom: 'cluster' });
    expect([...source.state.stale.keys()]).toEqual(['Budget/team-a/b']);
    expect(source.state.documents).toEqual(first.source.state.documents);
  });

  it('begins with the older versions that stood in before a restart, of the same objects', async () => {
    const path = (await testFolder()).at('snapshot');
    const cluster = clusterWith('budgets');
    for (const name of ['changed', 'made-again', 'mended']) budget(cluster, 'team-a', name, 1);
    const first = await follow(cluster, { snapshotFile: path });
    const older = new Map(first.source.state.documents.map((document) => [document.id, document]));
    for (const name of ['changed', 'made-again', 'mended']) budget(cluster, 'team-a', name, 2, 2);
    await expect.poll(() => first.told).toHaveLength(1);
    first.source.keep?.(new Map(older), []);
    await settled();
    older.delete('Budget/team-a/mended');
    first.source.keep?.(older, []);
    await first.source.close();

    budget(cluster, 'team-a', 'made-again', 2, 1, 'another');
    const [one, two] = [{ usd: 1e9 }, { usd: 2e9 }];
    const amounts = (state: SourceState | undefined) =>
      state?.documents.map((document) => document.kind === 'Budget' && document.spec.amount);
    const { source } = await follow(cluster, { snapshotFile: path });
    expect(amounts(source.before)).toEqual([one, two, two]);
    expect(amounts(source.state)).toEqual([two, two, two]);
    await source.close();

    cluster.refuse(/./, 500);
    const away = await follow(cluster, { snapshotFile: path });
    expect(away.source.status().servesFrom).toBe('snapshot');
    expect(amounts(away.source.before)?.[0]).toEqual(one);
    expect(amounts(away.source.state)?.[0]).toEqual(two);
  });

  const refused = { gateway: 'g', typeUrl: 't', name: 'n', version: '1', text: 'no', by: [], documents: {} };

  it('begins with what another replica tells of, and with what its own snapshot has besides', async () => {
    const path = (await testFolder()).at('snapshot');
    const cluster = clusterWith('budgets');
    budget(cluster, 'team-a', 'changed', 1);
    const old = await follow(cluster);
    const [good] = old.source.olderVersions(old.source.state.documents) ?? [];
    if (good === undefined) throw new Error('there is no version');
    budget(cluster, 'team-a', 'changed', 2, 2);
    const amounts = (state: SourceState | undefined) =>
      state?.documents.map((document) => document.kind === 'Budget' && document.spec.amount);
    const nothing = ok({ objects: [], refused: [] });
    const away = err(kubeError(503, 'ServiceUnavailable', 'later'));
    let answers: Awaited<ReturnType<AskForVersions>>[] = [away, ok({ objects: [good], refused: [refused] })];
    const toldVersions = async () => answers.shift() ?? err(kubeError(500, 'InternalError', 'asked too often'));
    const fresh = await follow(cluster, { toldVersions, snapshotFile: path });
    expect(amounts(fresh.source.before)).toEqual([{ usd: 1e9 }]);
    expect(amounts(fresh.source.state)).toEqual([{ usd: 2e9 }]);
    expect(fresh.source.refused).toEqual([refused]);
    expect(fresh.errors).toEqual(['ServiceUnavailable']);
    fresh.source.keep?.(new Map(), [refused]);
    await fresh.source.close();

    // Nobody has written it to the others yet.
    answers = [nothing];
    const restarted = await follow(cluster, { toldVersions, snapshotFile: path });
    expect(restarted.source.before).toBeUndefined();
    expect(restarted.source.refused).toEqual([refused]);
    await restarted.source.close();
    // The others have heard of it since.
    answers = [ok({ objects: [good], refused: [] })];
    expect(amounts((await follow(cluster, { toldVersions, snapshotFile: path })).source.before)).toEqual([
      { usd: 1e9 },
    ]);
    // Whoever has a snapshot waits for nobody.
    answers = [away];
    const alone = await follow(cluster, { toldVersions, snapshotFile: path });
    expect([alone.errors, alone.source.refused]).toEqual([['ServiceUnavailable'], [refused]]);
    answers = [err(kubeError(403, 'Forbidden', 'no'))];
    const forbidden = await follow(cluster, { toldVersions });
    expect([forbidden.source.before, forbidden.errors]).toEqual([undefined, ['Forbidden']]);
  });

  it('tells the older versions of what stands in and of what cannot be read', async () => {
    const cluster = clusterWith('budgets');
    for (const name of ['broken', 'wrong', 'right']) budget(cluster, 'team-a', name, 1);
    const { source, told } = await follow(cluster);
    const wrong = source.state.documents.filter(({ id }) => id === 'Budget/team-a/wrong');
    budget(cluster, 'team-a', 'broken', 'many', 2);
    budget(cluster, 'team-a', 'wrong', 2, 2);
    await expect.poll(() => told).toHaveLength(1);
    expect(
      source.olderVersions(wrong)?.map(({ object }) => [object.metadata.name, object.metadata.generation]),
    ).toEqual([
      ['wrong', 1],
      ['broken', 1],
    ]);
  });

  it('knows what is behind the name of a Service, over a restart as well', async () => {
    const path = (await testFolder()).at('snapshot');
    const cluster = clusterWith('budgets');
    const collection = '/api/v1/namespaces/team-a/services';
    const ports = [
      { name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' },
      { name: 'http3', port: 443, protocol: 'UDP' },
    ];
    cluster.put(collection, { metadata: { name: 'direct' }, spec: { clusterIP: 'None', ports } });
    cluster.put(collection, { metadata: { name: 'outside' }, spec: { type: 'ExternalName', ports: [{ port: 81 }] } });
    const first = await follow(cluster, { snapshotFile: path });
    const seenBy = ({ source }: Followed) =>
      ['direct', 'outside'].map((name) => source.surroundings.service('team-a', name));
    const known = [
      {
        isHeadless: true,
        otherPorts: [{ port: 443, protocol: 'UDP' }],
        ports: [{ name: 'http', port: 80, targetPort: 'web' }],
      },
      { isExternal: true, ports: [{ name: '', port: 81 }] },
    ];
    await expect.poll(() => seenBy(first)).toEqual(known);
    budget(cluster, 'team-a', 'b');
    await settled();
    await first.source.close();
    cluster.refuse(/./, 500);
    expect(seenBy(await follow(cluster, { snapshotFile: path }))).toEqual(known);
  });

  it('follows the labels of namespaces', async () => {
    const cluster = clusterWith('budgets');
    budget(cluster, 'team-a', 'b');
    budget(cluster, 'team-b', 'b');
    const selectors = [{ matchLabels: { team: 'team-a' }, matchExpressions: [] }];
    const { source, told } = await follow(cluster, { selectors });
    expect(source.state.documents.map(({ id }) => id)).toEqual(['Budget/team-a/b']);
    cluster.put('/api/v1/namespaces', { metadata: { name: 'team-b', labels: { team: 'team-a' } } });
    cluster.put('/api/v1/namespaces', { metadata: { name: 'team-a', labels: {} } });
    await expect.poll(() => told).toEqual([['Budget/team-b/b']]);
    expect([...source.objects()].map(({ object }) => object.metadata.namespace)).toEqual(['team-b']);
  });

  it('reads nothing from a namespace before it knows what that is', async () => {
    const cluster = clusterWith('budgets');
    budget(cluster, 'team-a', 'b');
    const notOfTeamC = { key: 'team', operator: 'NotIn', values: ['team-c'] } as const;
    const { source, told } = await follow(cluster, {
      selectors: [{ matchLabels: {}, matchExpressions: [notOfTeamC] }],
    });
    for (const namespace of ['team-c', 'team-d']) budget(cluster, namespace, 'c');
    await settled();
    expect(source.current().documents.map(({ id }) => id)).toEqual(['Budget/team-a/b']);
    for (const name of ['team-c', 'team-d']) {
      cluster.put('/api/v1/namespaces', { metadata: { name, labels: { team: name } } });
    }
    await expect.poll(() => told.at(-1)).toEqual(['Budget/team-a/b', 'Budget/team-d/c']);
    expect(told.flat()).not.toContain('Budget/team-c/c');
  });

  it('tells of labels that listeners may ask for, though no document is another one', async () => {
    const cluster = clusterWith('budgets');
    budget(cluster, 'team-a', 'b');
    const { source, told } = await follow(cluster);
    await expect.poll(() => source.isSynced()).toBe(true);
    const before = source.current();
    cluster.put('/api/v1/namespaces', { metadata: { name: 'team-b', labels: { team: 'team-b', tier: 'gold' } } });
    await expect.poll(() => told).toEqual([['Budget/team-a/b']]);
    expect(source.current()).toBe(before);
    expect(source.surroundings.namespaceLabels('team-b')?.get('tier')).toBe('gold');
    // What is noted beside the labels means nothing.
    const metadata = { name: 'team-b', labels: { team: 'team-b', tier: 'gold' }, annotations: { noted: 'yes' } };
    cluster.put('/api/v1/namespaces', { metadata });
    await settled();
    expect(told).toHaveLength(1);
  });

  it('tells of a status that was written, and reads nothing again for it', async () => {
    const cluster = clusterWith('budgets');
    budget(cluster, 'team-a', 'b');
    let looks = 0;
    const { source, told } = await follow(cluster, {}, () => looks++);
    await expect.poll(() => cluster.calls.some((call) => call === `WATCH ${own}/budgets`)).toBe(true);
    await settled();
    const before = { looks, state: source.current() };
    const [listed] = [...source.objects()];
    cluster.put(`${own}/namespaces/team-a/budgets`, {
      ...listed?.object,
      metadata: { name: 'b', generation: 1 },
      status: {},
    });
    await expect.poll(() => looks).toBe(before.looks + 1);
    expect([...source.objects()][0]?.object).toHaveProperty('status');
    expect(source.current()).toBe(before.state);
    expect(told).toEqual([]);
  });
});
