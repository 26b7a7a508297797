import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesSourceOptions } from '../../../src/controller/sources/kubernetes/source.ts';
import type { PolicyDocument } from '../../../src/policy/document.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { type WatchedClient, watchedClient } from '../../support/kube-api/proxy.ts';
import {
  documentYaml,
  type FollowedSource,
  followSource,
  installDefinitions,
  loosenDefinition,
  providerYaml,
} from '../../support/kube-api/source.ts';

patience();
const cleanup = cleanupsAfterEach();
let server: KubeApiServer;

beforeAll(async () => {
  server = await startApiServer();
  await installDefinitions(server);
  await loosenDefinition(server, 'budgets');
});
afterAll(() => server?.close());

interface FollowedNamespace extends FollowedSource {
  readonly namespace: string;
  readonly watched: WatchedClient;
}

let spaces = 0;

/** A namespace of its own for each test, and for each of its tries, which only that test's source reads. */
async function follow(theme: string, options: Partial<KubernetesSourceOptions> = {}): Promise<FollowedNamespace> {
  const namespace = `${theme}-${++spaces}`;
  await server.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}, labels: {test: ${namespace}}}}`);
  const watched = await watchedClient(server);
  cleanup(() => watched.close());
  return { ...(await again(watched, namespace, options)), namespace, watched };
}

async function again(
  watched: WatchedClient,
  namespace: string,
  options: Partial<KubernetesSourceOptions> = {},
): Promise<FollowedSource> {
  const selectors = [{ matchLabels: { test: namespace }, matchExpressions: [] }];
  const followed = await followSource(watched, { selectors, ...options });
  cleanup(() => followed.source.close());
  return followed;
}

function secretOf(namespace: string, name: string): PolicyDocument['source'] {
  return `GET /api/v1/namespaces/${namespace}/secrets/${name}`;
}

/** What a build does: asks, has it completed, asks again. */
async function resolve({ source }: FollowedSource, document: PolicyDocument, name: string, key = 'apiKey') {
  const ask = () => source.surroundings.resolve({ secretKeyRef: { name, key } }, document);
  ask();
  await source.surroundings.complete();
  return ask();
}

function only({ now }: FollowedSource): PolicyDocument {
  const [document] = now().documents;
  if (document === undefined) throw new Error('there is no document');
  return document;
}

describe('startKubernetesSource()', () => {
  it('reads documents, and tells of changes of what they say only', async () => {
    const followed = await follow('basic');
    const { namespace } = followed;
    await server.apply(providerYaml('a', namespace));
    await until('a is read', () => followed.ids().length === 1);
    const first = only(followed);
    expect(first).toMatchObject({ id: `Provider/${namespace}/a`, namespace, source: `Provider/${namespace}/a` });
    expect(followed.now().generations.get(`Provider/${namespace}/a`)).toBe(1);
    const told = followed.states.length;
    await server.kubectl('annotate', 'provider.sluice.dev', 'a', '-n', namespace, 'kubectl.kubernetes.io/note=x');
    const status = '{"status":{"conditions":[]}}';
    const patch = ['--subresource=status', '--type=merge', '-p', status];
    await server.kubectl('patch', 'provider.sluice.dev', 'a', '-n', namespace, ...patch);
    await server.apply(providerYaml('b', namespace));
    await until('b is read', () => followed.ids().length === 2);
    // One state for b, none for the status and the annotation before it.
    expect(followed.states.length).toBe(told + 1);
    expect(followed.now().documents[0]).toBe(first);
    expect([...followed.source.objects()].map(({ object }) => object.status)).toContainEqual({ conditions: [] });
    await server.kubectl('delete', 'provider.sluice.dev', 'a', '-n', namespace);
    await until('a is gone', () => followed.ids().join() === `Provider/${namespace}/b`);
  });

  it('keeps what a broken object said when it was right, and everything else', async () => {
    const followed = await follow('broken');
    const { namespace } = followed;
    const budget = (spec: string) => server.apply(documentYaml('Budget', 'a', namespace, spec));
    await budget('{amount: {usd: 1}, period: {rolling: 30d}}');
    await server.apply(providerYaml('b', namespace));
    await until('both are read', () => followed.ids().length === 2);
    const [first] = followed.now().documents;
    await budget('{amount: {usd: much}, period: {rolling: 30d}}');
    await until('it is judged', () => followed.now().stale.size === 1, { seen: followed.problems });
    expect(followed.now().documents[0]).toBe(first);
    expect([...followed.now().stale]).toEqual([[`Budget/${namespace}/a`, `Budget/${namespace}/a`]]);
    expect(followed.problems()).toEqual([
      expect.stringContaining(`Budget/${namespace}/a: Budget/${namespace}/a: spec.amount.usd "much" is not `),
    ]);
    expect(followed.now().generations.get(`Budget/${namespace}/a`)).toBe(2);
    await budget('{amount: {usd: 2}, period: {rolling: 30d}}');
    await until('it is repaired', () => followed.now().stale.size === 0);
    expect(followed.problems()).toEqual([]);
    expect(followed.now().documents[0]).not.toBe(first);
  });

  it('reads the namespaces that are selected now', async () => {
    const followed = await follow('flips');
    const { namespace } = followed;
    await server.apply(providerYaml('a', namespace));
    await until('a is read', () => followed.ids().length === 1);
    expect(followed.source.surroundings.namespaceLabels(namespace)?.get('test')).toBe(namespace);
    await server.kubectl('label', 'namespace', namespace, 'test=other', '--overwrite');
    await until('a is out', () => followed.ids().length === 0);
    await server.kubectl('label', 'namespace', namespace, `test=${namespace}`, '--overwrite');
    await until('a is in again', () => followed.ids().length === 1);
  });

  it('reads kinds whose definitions are installed later, and drops them with their definitions', async () => {
    const followed = await follow('later');
    const { namespace } = followed;
    cleanup(() => installDefinitions(server, 'limits'));
    await server.kubectl('delete', 'crd', 'limits.sluice.dev', '--ignore-not-found');
    await server.apply(providerYaml('a', namespace));
    await until('a is read', () => followed.ids().length === 1);
    await installDefinitions(server, 'limits');
    await server.apply(documentYaml('Limit', 'few', namespace, '{requests: 5, window: 1m}'));
    await until('the limit is read', () => followed.ids().includes(`Limit/${namespace}/few`), {
      seen: followed.problems,
    });
    await server.kubectl('delete', 'crd', 'limits.sluice.dev');
    await until('the limit is gone', () => followed.ids().join() === `Provider/${namespace}/a`);
  });
});

describe('Secrets', () => {
  it('are read only once a document names them, by name, and again when they change', async () => {
    const followed = await follow('secrets');
    const { namespace, watched } = followed;
    for (const name of ['used', 'unused']) {
      await server.kubectl('create', 'secret', 'generic', name, '--from-literal=apiKey=one', '-n', namespace);
    }
    await server.apply(providerYaml('a', namespace));
    await until('a is read', () => followed.ids().length === 1);
    expect(watched.calls.filter((call) => call.includes('secrets/') || call.endsWith('/secrets'))).toEqual([]);

    expect(await resolve(followed, only(followed), 'used')).toEqual({ ok: true, value: 'one' });
    const told = followed.states.length;
    await server.apply(
      `{apiVersion: v1, kind: Secret, metadata: {name: used, namespace: ${namespace}}, stringData: {apiKey: "two\\n"}}`,
    );
    await until('it is told', () => followed.states.length > told);
    expect(await resolve(followed, only(followed), 'used')).toEqual({ ok: true, value: 'two' });
    await server.kubectl('label', 'secret', 'used', '-n', namespace, 'note=x');
    await server.kubectl('delete', 'secret', 'used', '-n', namespace);
    await until('it is told', () => followed.states.length > told + 1);
    expect(await resolve(followed, only(followed), 'used')).toEqual({
      ok: false,
      error: `Secret "used" in namespace "${namespace}" does not exist`,
    });
    // The label changed nothing that anybody reads.
    expect(followed.states.length).toBe(told + 2);
    expect(watched.calls.filter((call) => call.includes('unused'))).toEqual([]);
    const wide = watched.calls.filter((call) => call.endsWith('/api/v1/secrets'));
    expect(wide).toEqual([]);
  });

  it('are told when they appear after they were named', async () => {
    const followed = await follow('appears');
    const { namespace } = followed;
    await server.apply(providerYaml('a', namespace));
    await until('a is read', () => followed.ids().length === 1);
    expect((await resolve(followed, only(followed), 'key')).ok).toBe(false);
    const told = followed.states.length;
    await server.kubectl('create', 'secret', 'generic', 'key', '--from-literal=other=x', '-n', namespace);
    await until('it is told', () => followed.states.length > told);
    expect(await resolve(followed, only(followed), 'key')).toEqual({
      ok: false,
      error: `Secret "key" in namespace "${namespace}" has no key "apiKey"`,
    });
    const seen = followed.watched.calls.filter((call) => call === secretOf(namespace, 'key'));
    expect(seen).toHaveLength(2);
  });

  it('are the only thing of the controller that documents of a cluster can read', async () => {
    const followed = await follow('own');
    const { namespace } = followed;
    await server.apply(providerYaml('a', namespace));
    await until('a is read', () => followed.ids().length === 1);
    const { surroundings } = followed.source;
    for (const source of [{ env: 'HOME' }, { file: '/etc/hostname' }]) {
      expect(surroundings.resolve(source, only(followed))).toMatchObject({
        ok: false,
        error: expect.stringContaining('of the controller is not for documents of a cluster'),
      });
    }
  });
});

describe('ConfigMaps and Services', () => {
  it('are read once they are asked for, and told when what is read of them changes', async () => {
    const followed = await follow('others');
    const { namespace } = followed;
    await server.apply(`
{apiVersion: v1, kind: ConfigMap, metadata: {name: ca, namespace: ${namespace}}, data: {ca.crt: "pem\\n"}}
---
{apiVersion: v1, kind: Service, metadata: {name: vllm, namespace: ${namespace}}, spec: {ports: [{name: http, port: 80, appProtocol: http}]}}
`);
    const { surroundings } = followed.source;
    const ask = () => [surroundings.configMap(namespace, 'ca'), surroundings.service(namespace, 'vllm')];
    expect(ask()).toEqual([undefined, undefined]);
    expect(await surroundings.complete()).toBe(true);
    expect(ask()).toEqual([new Map([['ca.crt', 'pem']]), { ports: [{ name: 'http', port: 80, appProtocol: 'http' }] }]);
    expect(await surroundings.complete()).toBe(false);
    const told = followed.states.length;
    await server.kubectl(
      'patch',
      'service',
      'vllm',
      '-n',
      namespace,
      '-p',
      '{"spec":{"ports":[{"name":"http","port":81},{"name":"http","port":80,"$patch":"delete"}]}}',
    );
    await until('it is told', () => followed.states.length > told);
    expect(surroundings.service(namespace, 'vllm')?.ports.map(({ port }) => port)).toContain(81);
  });
});

describe('a steady state', () => {
  it('costs no call besides the watches', async () => {
    const followed = await follow('steady');
    const { namespace } = followed;
    await server.kubectl('create', 'secret', 'generic', 'key', '--from-literal=apiKey=one', '-n', namespace);
    await server.apply(providerYaml('a', namespace));
    await until('a is read', () => followed.ids().length === 1);
    await resolve(followed, only(followed), 'key');
    await until('all is in sync', () => followed.source.isSynced() && followed.watched.isWatching());
    const calls = followed.watched.calls.length;
    await new Promise((wait) => setTimeout(wait, 3_000));
    expect(followed.watched.calls.slice(calls)).toEqual([]);
    expect(followed.errors).toEqual([]);
  });
});

describe('an API server that is away', () => {
  async function snapshotFile(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-source-'));
    cleanup(() => rm(folder, { recursive: true }));
    return join(folder, 'snapshot');
  }

  it('changes nothing, and is caught up with when it is back', async () => {
    const followed = await follow('away');
    const { namespace } = followed;
    for (const name of ['stays', 'goes', 'changes']) await server.apply(providerYaml(name, namespace));
    await until('all are read', () => followed.ids().length === 3);
    const before = followed.now();
    await server.stopServer();
    await until('it is known', () => !followed.source.isSynced());
    expect(followed.source.status()).toMatchObject({ servesFrom: 'cluster', failure: expect.any(String) });
    await new Promise((wait) => setTimeout(wait, 2_000));
    expect(followed.now()).toBe(before);
    followed.watched.setReachable(false);
    await server.startServer();
    await server.kubectl('delete', 'provider.sluice.dev', 'goes', '-n', namespace);
    await server.apply(providerYaml('changes', namespace, '{schema: openai, network: private}'));
    await server.apply(providerYaml('comes', namespace));
    followed.watched.setReachable(true);
    await until(
      'it has caught up',
      () =>
        followed.ids().join() === ['changes', 'comes', 'stays'].map((name) => `Provider/${namespace}/${name}`).join(),
      { seen: followed.ids },
    );
    expect(followed.now().documents[2]).toBe(before.documents[2]);
    await until('it is in sync', () => followed.source.isSynced());
    expect(followed.source.status()).toEqual({ servesFrom: 'cluster' });
  });

  it('is no reason not to start: what was seen last is served, with its Secrets and last good versions', async () => {
    const path = await snapshotFile();
    const first = await follow('kept', { snapshotFile: path });
    const { namespace } = first;
    await server.kubectl('create', 'secret', 'generic', 'key', '--from-literal=apiKey=kept', '-n', namespace);
    await server.apply(providerYaml('a', namespace));
    await server.apply(documentYaml('Budget', 'b', namespace, '{amount: {usd: 1}, period: {rolling: 30d}}'));
    await until('both are read', () => first.ids().length === 2);
    await resolve(first, only(first), 'key');
    await server.apply(documentYaml('Budget', 'b', namespace, '{amount: {usd: much}, period: {rolling: 30d}}'));
    await until('b is broken', () => first.now().stale.size === 1);
    await first.source.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);

    first.watched.setReachable(false);
    const second = await again(first.watched, namespace, { snapshotFile: path });
    expect(second.ids()).toEqual([`Budget/${namespace}/b`, `Provider/${namespace}/a`]);
    expect([...second.now().stale.keys()]).toEqual([`Budget/${namespace}/b`]);
    expect(second.source.status()).toMatchObject({ servesFrom: 'snapshot', staleSince: expect.any(String) });
    expect(second.source.isSynced()).toBe(false);
    expect([...second.source.objects()]).toEqual([]);
    expect(await resolve(second, only(second), 'key')).toEqual({ ok: true, value: 'kept' });
    const kept = second.now().documents;

    await server.kubectl('create', 'secret', 'generic', 'more', '--from-literal=apiKey=kept', '-n', namespace);
    await server.apply(providerYaml('c', namespace));
    first.watched.setReachable(true);
    await until('it is live', () => second.ids().length === 3);
    // What was served already is not served anew.
    expect(second.now().documents.slice(0, 2)).toEqual(kept);
    expect(second.now().documents[0]).toBe(kept[0]);
    expect([...second.now().stale.keys()]).toEqual([`Budget/${namespace}/b`]);
    await until('it is in sync', () => second.source.isSynced());
    expect(second.source.status()).toEqual({ servesFrom: 'cluster' });
  });

  it('is waited for where nothing was kept: an empty policy would be a wrong one', async () => {
    const watched = await watchedClient(server);
    cleanup(() => watched.close());
    watched.setReachable(false);
    const stop = new AbortController();
    let isStarted = false;
    const starting = again(watched, 'nothing', { snapshotFile: await snapshotFile(), signal: stop.signal }).then(
      () => {
        isStarted = true;
      },
      (error: Error) => error.message,
    );
    await new Promise((wait) => setTimeout(wait, 2_500));
    expect(isStarted).toBe(false);
    stop.abort();
    expect(await starting).toBe('the start was given up');
  });
});
