import { afterEach, describe, expect, it } from 'vitest';
import { createReferences, type References, type ReferencesOptions } from './references.ts';
import { type FakeCluster, fakeCluster } from './testing/fake-cluster.ts';

const path = '/api/v1/namespaces/a/secrets';
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function referring(
  cluster: FakeCluster,
  options: Partial<ReferencesOptions<unknown>> = {},
): { readonly references: References<unknown>; readonly told: () => number } {
  let told = 0;
  const references = createReferences<unknown>({
    client: cluster.client,
    resource: { group: '', version: 'v1', plural: 'secrets' },
    value: (object) => object.data,
    isEqual: (a, b) => JSON.stringify(a) === JSON.stringify(b),
    onChange: () => told++,
    onError: () => undefined,
    ...options,
  });
  closing.push(references.close);
  return { references, told: () => told };
}

function secret(value: string, name = 's'): { metadata: { name: string }; data: object } {
  return { metadata: { name }, data: { value } };
}

/** Longer than anything here takes that is under way. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 30));

describe('createReferences()', () => {
  it('reads what was asked for, once', async () => {
    const cluster = fakeCluster();
    cluster.put(path, secret('one'));
    cluster.put(path, secret('never', 'other'));
    const { references, told } = referring(cluster);
    expect(references.ask('a', 's')).toEqual({ kind: 'unread' });
    expect(await references.complete()).toBe(true);
    expect(references.ask('a', 's')).toMatchObject({ kind: 'present', value: { value: 'one' } });
    expect(await references.complete()).toBe(false);
    await settled();
    expect(cluster.calls.toSorted()).toEqual([`GET ${path}/s`, `LIST ${path}`, `WATCH ${path}`]);
    // Whoever asked waits for `complete`; being told as well would have everything built twice.
    expect(told()).toBe(0);
  });

  it('tells of changes of what is wanted, not of others', async () => {
    const cluster = fakeCluster();
    cluster.put(path, secret('one'));
    const { references, told } = referring(cluster);
    references.ask('a', 's');
    await references.complete();
    await settled();
    cluster.put(path, secret('one'));
    cluster.put(path, secret('new', 'other'));
    await settled();
    expect(told()).toBe(0);
    cluster.put(path, secret('two'));
    await settled();
    expect([told(), references.ask('a', 's')]).toMatchObject([1, { value: { value: 'two' } }]);
    cluster.remove(path, 's');
    await settled();
    expect([told(), references.ask('a', 's')]).toEqual([2, { kind: 'absent' }]);
    cluster.put(path, { ...secret('three'), metadata: { name: 's' } });
    await settled();
    expect([told(), references.ask('a', 's')]).toMatchObject([3, { value: { value: 'three' } }]);
    expect(cluster.calls.filter((call) => call.includes('other'))).toEqual([]);
  });

  it('keeps the last value while it cannot be read, and tries again', async () => {
    const cluster = fakeCluster();
    cluster.put(path, secret('one'));
    const { references, told } = referring(cluster);
    references.ask('a', 's');
    await references.complete();
    await settled();
    cluster.refuse(/secrets\/s$/, 500);
    cluster.put(path, secret('two'));
    await settled();
    expect([told(), references.ask('a', 's')]).toMatchObject([0, { value: { value: 'one' } }]);
    cluster.refuse(/secrets\/s$/, 200);
    await expect.poll(told, { timeout: 2_000 }).toBe(1);
    expect(references.ask('a', 's')).toMatchObject({ value: { value: 'two' } });
  });

  it('says why it could not read what it never read', async () => {
    const cluster = fakeCluster();
    cluster.refuse(/secrets\/s$/, 403);
    const { references } = referring(cluster);
    references.ask('a', 's');
    expect(await references.complete()).toBe(true);
    expect(references.ask('a', 's')).toEqual({ kind: 'failed', reason: 'Forbidden' });
    expect(await references.complete()).toBe(false);
  });

  it('works without permission to watch, only later', async () => {
    const cluster = fakeCluster();
    cluster.put(path, secret('one'));
    cluster.refuse(/secrets$/, 403);
    const { references, told } = referring(cluster);
    references.ask('a', 's');
    await references.complete();
    cluster.put(path, secret('two'));
    await expect.poll(told, { timeout: 2_000 }).toBe(1);
    expect(references.ask('a', 's')).toMatchObject({ value: { value: 'two' } });
  });

  it('forgets what nobody asks for any more, and stops watching where nothing is left', async () => {
    const cluster = fakeCluster();
    cluster.put(path, secret('one'));
    cluster.put('/api/v1/namespaces/b/secrets', secret('two'));
    const { references, told } = referring(cluster, { forgetMs: 20 });
    references.ask('a', 's');
    references.ask('b', 's');
    await references.complete();
    await settled();
    references.ask('b', 's');
    expect(await references.complete()).toBe(false);
    expect([...references.present().keys()]).toEqual(['b/s']);
    cluster.put(path, secret('three'));
    await settled();
    expect(told()).toBe(0);
    expect(references.ask('a', 's')).toEqual({ kind: 'unread' });
  });

  it('forgets it without another build, and keeps what the last one has asked for', async () => {
    const cluster = fakeCluster();
    cluster.put(path, secret('one'));
    cluster.put('/api/v1/namespaces/b/secrets', secret('two'));
    const { references } = referring(cluster, { forgetMs: 50 });
    references.seed('a/before-the-restart', { kind: 'present', value: 'old', uid: 'u', version: '7' });
    references.ask('a', 's');
    references.ask('b', 's');
    await references.complete();
    references.ask('b', 's');
    await references.complete();
    expect(references.present().size).toBe(3);
    await expect.poll(() => [...references.present().keys()]).toEqual(['b/s']);
    const before = cluster.calls.length;
    cluster.put(path, secret('three'));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(cluster.calls.slice(before)).toEqual([]);
    expect([...references.present().keys()]).toEqual(['b/s']);
  });

  it('serves what was known before a restart until it knows better', async () => {
    const cluster = fakeCluster();
    cluster.put(path, secret('new'));
    cluster.refuse(/secrets/, 503);
    const { references, told } = referring(cluster);
    references.seed('a/s', { kind: 'present', value: { value: 'old' }, uid: 'uid-s', version: '7' });
    expect(references.ask('a', 's')).toMatchObject({ value: { value: 'old' } });
    expect(await references.complete()).toBe(false);
    cluster.refuse(/secrets/, 200);
    await expect.poll(told, { timeout: 2_000 }).toBe(1);
    expect(references.ask('a', 's')).toMatchObject({ value: { value: 'new' } });
  });
});
