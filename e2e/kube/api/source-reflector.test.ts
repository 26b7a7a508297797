import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeError } from '../../../src/kube/error.ts';
import { type Reflector, type ReflectorOptions, startReflector } from '../../../src/kube/reflector.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { type WatchedClient, watchedClient } from '../../support/kube-api/proxy.ts';

patience();
const cleanup = cleanupsAfterEach();
const configMaps = { group: '', version: 'v1', plural: 'configmaps' };
let server: KubeApiServer;
let spaces = 0;

beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server?.close());

async function clientFor(theme: string): Promise<WatchedClient & { readonly namespace: string }> {
  // Another one for a second try.
  const namespace = `${theme}-${++spaces}`;
  await server.kubectl('create', 'namespace', namespace);
  const watched = await watchedClient(server);
  cleanup(() => watched.close());
  return { ...watched, namespace };
}

interface Reflecting {
  readonly reflector: Reflector;
  /** `added a`, in the order in which they were told. */
  readonly told: string[];
  readonly errors: KubeError[];
}

function reflecting({ client }: WatchedClient, namespace: string, options: Partial<ReflectorOptions> = {}): Reflecting {
  const told: string[] = [];
  const errors: KubeError[] = [];
  const reflector = startReflector({
    client,
    place: { ...configMaps, namespace },
    onChanges: (changes) => told.push(...changes.map(({ kind, object }) => `${kind} ${object.metadata.name}`)),
    onError: (error) => errors.push(error),
    ...options,
  });
  cleanup(() => reflector.close());
  return { reflector, told, errors };
}

/** Through the client, many at once. */
async function write({ client }: WatchedClient, namespace: string, names: readonly string[], value: string) {
  const waiting = [...names];
  const work = async (): Promise<void> => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { value } };
      const answer = await client.apply({ ...configMaps, namespace, name }, object);
      if (!answer.ok) throw new Error(answer.error.message);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

function dataOf(reflector: Reflector, key: string): unknown {
  return reflector.objects.get(key)?.data;
}

describe('startReflector() against a real API server', () => {
  it('knows 2,000 objects after four pages, and every change of them', async () => {
    const watched = await clientFor('many');
    const { namespace } = watched;
    const names = Array.from({ length: 2_000 }, (_, index) => `c${index}`);
    await write(watched, namespace, names, 'first');
    watched.calls.splice(0);
    const { reflector, told } = reflecting(watched, namespace);
    await until('it is in sync', () => reflector.hasSynced());
    expect(reflector.objects.size).toBe(2_000);
    await until('it watches', () => watched.calls.some((call) => call.startsWith('WATCH')));
    expect(watched.calls).toEqual([
      ...Array.from({ length: 4 }, () => `GET /api/v1/namespaces/${namespace}/configmaps`),
      `WATCH /api/v1/namespaces/${namespace}/configmaps`,
    ]);
    told.splice(0);
    await write(watched, namespace, names, 'second');
    await until('all changes arrived', () => told.length >= 2_000);
    expect(new Set(told)).toEqual(new Set(names.map((name) => `changed ${name}`)));
    expect(told.length).toBe(2_000);
    const calls = watched.calls.filter((call) => !call.startsWith('PATCH'));
    expect(calls).toHaveLength(5);
  });

  it('loses nothing over watches that the API server ends', async () => {
    const watched = await clientFor('ended');
    const { namespace } = watched;
    const { reflector, errors } = reflecting(watched, namespace, { watchSeconds: 1 });
    await until('it is in sync', () => reflector.hasSynced());
    for (let round = 0; round < 40; round++) await write(watched, namespace, ['a', `b${round}`], `${round}`);
    await until('all arrived', () => reflector.objects.size === 41);
    expect(dataOf(reflector, `${namespace}/a`)).toEqual({ value: '39' });
    await until('it was ended twice', () => watched.calls.filter((call) => call.startsWith('WATCH')).length > 2);
    expect(errors).toEqual([]);
    expect(watched.calls.filter((call) => call.startsWith('GET'))).toHaveLength(1);
  });

  it('hears of what happened while its connections were broken', async () => {
    const watched = await clientFor('broken');
    const { namespace } = watched;
    await write(watched, namespace, ['stays', 'changes', 'goes'], 'old');
    const { reflector, told } = reflecting(watched, namespace);
    await until('it is in sync', () => reflector.hasSynced());
    told.splice(0);
    watched.setReachable(false);
    await until('it knows', () => reflector.staleSince() !== undefined);
    await server.kubectl('delete', 'configmap', 'goes', '-n', namespace);
    await server.kubectl('patch', 'configmap', 'changes', '-n', namespace, '-p', '{"data":{"value":"new"}}');
    await server.kubectl('create', 'configmap', 'comes', '-n', namespace);
    watched.setReachable(true);
    await until('it heard of all', () => told.length === 3, { seen: () => told });
    expect(told).toEqual(['deleted goes', 'changed changes', 'added comes']);
    expect(reflector.staleSince()).toBeUndefined();
    // From the last version on, without reading everything again.
    expect(watched.calls.filter((call) => call.startsWith('GET'))).toHaveLength(1);
  });

  it('hears of what happened while the API server was restarted, although its version is forgotten', async () => {
    const watched = await clientFor('restart');
    const { namespace } = watched;
    await write(watched, namespace, ['stays', 'goes'], 'old');
    const { reflector, told, errors } = reflecting(watched, namespace);
    await until('it is in sync', () => reflector.hasSynced());
    told.splice(0);
    await server.stopServer();
    await until('it knows', () => reflector.staleSince() !== undefined);
    watched.setReachable(false);
    await server.startServer();
    await server.kubectl('delete', 'configmap', 'goes', '-n', namespace);
    await server.kubectl('create', 'configmap', 'comes', '-n', namespace);
    watched.setReachable(true);
    await until('it heard of all', () => told.length >= 2, { seen: () => errors });
    expect(new Set(told)).toEqual(new Set(['deleted goes', 'added comes']));
    expect([...reflector.objects.keys()]).toContain(`${namespace}/stays`);
    await write(watched, namespace, ['later'], 'new');
    await until('it watches again', () => told.at(-1) === 'added later');
  });

  it('reads nothing of Secrets where only metadata is wanted', async () => {
    const watched = await clientFor('quiet');
    const { namespace } = watched;
    const secrets = { group: '', version: 'v1', plural: 'secrets', namespace };
    await server.kubectl('create', 'secret', 'generic', 'one', '--from-literal=key=hidden', '-n', namespace);
    const { reflector, told } = reflecting(watched, namespace, { place: secrets, metadataOnly: true });
    await until('it is in sync', () => reflector.hasSynced());
    await server.kubectl('create', 'secret', 'generic', 'two', '--from-literal=key=hidden', '-n', namespace);
    await until('it saw the second', () => told.includes('added two'));
    for (const object of reflector.objects.values()) expect(Object.keys(object)).not.toContain('data');
    expect(JSON.stringify([...reflector.objects.values()])).not.toContain(btoa('hidden'));
  });
});
