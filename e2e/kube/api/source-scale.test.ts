import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { type WatchedClient, watchedClient } from '../../support/kube-api/proxy.ts';
import { followSource, installDefinitions } from '../../support/kube-api/source.ts';

patience();
const cleanup = cleanupsAfterEach();
const limits = { group: 'sluice.dev', version: 'v1alpha1', plural: 'limits', namespace: 'default' };
const count = 2_000;
let server: KubeApiServer;

beforeAll(async () => {
  server = await startApiServer();
  await installDefinitions(server);
});
afterAll(() => server?.close());

async function write({ client }: WatchedClient, indices: readonly number[], requests: number): Promise<void> {
  const waiting = [...indices];
  const work = async (): Promise<void> => {
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const name = `limit-${String(index).padStart(5, '0')}`;
      const spec = { requests, window: '1m', per: ['key'], scope: { teams: [`team-${index}`] } };
      const object = { apiVersion: 'sluice.dev/v1alpha1', kind: 'Limit', metadata: { name }, spec };
      const answer = await client.apply({ ...limits, name }, object);
      if (!answer.ok) throw new Error(answer.error.message);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

describe('startKubernetesSource() with 2,000 objects', () => {
  it('has them all at once, follows a change of one and of all, and writes nothing', async () => {
    const writer = await watchedClient(server);
    cleanup(() => writer.close());
    const all = Array.from({ length: count }, (_, index) => index);
    await write(writer, all, 1);

    const watched = await watchedClient(server);
    cleanup(() => watched.close());
    const followed = await followSource(watched);
    cleanup(() => followed.source.close());
    expect(followed.source.state.documents).toHaveLength(count);
    expect(followed.problems()).toEqual([]);
    await until('all is in sync', () => followed.source.isSynced() && watched.isWatching());
    // Of the 2,000, four pages of 500.
    expect(watched.calls.filter((call) => call === 'GET /apis/sluice.dev/v1alpha1/limits')).toHaveLength(4);

    const before = followed.now().documents;
    const calls = watched.calls.length;
    await write(writer, [1_000], 2);
    const changed = (to: number): number =>
      followed.now().documents.filter((document) => document.kind === 'Limit' && document.spec.amount === to).length;
    await until('the change is told', () => changed(2) === 1);
    const others = followed.now().documents.filter((document, index) => document === before[index]);
    expect(others).toHaveLength(count - 1);

    const [told, began] = [followed.states.length, performance.now()];
    await write(writer, all, 3);
    await until('all changes are told', () => changed(3) === count, { seen: () => changed(3) });
    expect(watched.calls.slice(calls)).toEqual([]);
    // What comes together is told together, and on a machine that is too slow for that at least not more often.
    const most = Math.max(count / 4, (performance.now() - began) / 20);
    expect(followed.states.length - told).toBeLessThan(most);
  });
});
