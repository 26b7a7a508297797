import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Election, joinElection } from '../../../src/kube/lease.ts';
import type { OwnerReference } from '../../../src/kube/object.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { type WatchedClient, watchedClient } from '../../support/kube-api/proxy.ts';

patience();
const cleanup = cleanupsAfterEach();
/** Long enough for a machine on which one call takes a second. */
const times = { leaseMs: 12_000, renewMs: 8_000, retryMs: 300 };
let names = 0;
let server: KubeApiServer;

beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server?.close());

interface Candidate {
  readonly election: Election;
  readonly watched: WatchedClient;
  /** `elected`, `lost`, in their order. */
  readonly told: string[];
}

async function candidate(
  name: string,
  identity: string,
  owner?: () => Promise<OwnerReference | undefined>,
): Promise<Candidate> {
  const watched = await watchedClient(server);
  const told: string[] = [];
  const election = joinElection({
    client: watched.client,
    namespace: 'default',
    name,
    identity,
    times,
    ...(owner && { owner }),
    onElected: () => told.push('elected'),
    onLost: () => told.push('lost'),
    onError: () => undefined,
  });
  cleanup(() => watched.close());
  cleanup(() => election.close());
  return { election, watched, told };
}

describe('joinElection()', () => {
  it('has one leader, who gives the lease back when it closes', async () => {
    const name = `back-${++names}`;
    const a = await candidate(name, 'a');
    await until('a leads', () => a.election.isLeader());
    const b = await candidate(name, 'b');
    await until('b knows', () => b.election.holder() === 'a');
    expect(b.election.isLeader()).toBe(false);
    const began = performance.now();
    await a.election.close();
    expect([a.election.isLeader(), a.told]).toEqual([false, ['elected', 'lost']]);
    await until('b leads', () => b.election.isLeader());
    // Had it not been given back, b would have had to wait for the whole duration.
    expect(performance.now() - began).toBeLessThan(times.leaseMs - times.retryMs);
    expect(JSON.parse(await server.kubectl('get', 'lease', name, '-o', 'json')).spec).toMatchObject({
      holderIdentity: 'b',
      leaseTransitions: 1,
    });
  });

  it('tells a leader without API server that it leads no more, before anybody else takes over', async () => {
    const a = await candidate('away', 'a');
    await until('a leads', () => a.election.isLeader());
    const b = await candidate('away', 'b');
    await until('b knows', () => b.election.holder() === 'a');
    a.watched.setReachable(false);
    let together = 0;
    await until('b leads', () => {
      if (a.election.isLeader() && b.election.isLeader()) together++;
      return b.election.isLeader();
    });
    expect(together).toBe(0);
    expect(a.told).toEqual(['elected', 'lost']);
    a.watched.setReachable(true);
    await until('a knows', () => a.election.holder() === 'b');
    expect(a.election.isLeader()).toBe(false);
  });

  it('makes the lease one that goes with its owner, which it has for good', async () => {
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'controller', uid: 'd-1' };
    const owners = async (): Promise<unknown> =>
      JSON.parse(await server.kubectl('get', 'lease', 'owned', '-o', 'json')).metadata.ownerReferences;
    const a = await candidate('owned', 'a', async () => owner);
    await until('a leads', () => a.election.isLeader());
    expect(await owners()).toEqual([owner]);
    await a.election.close();
    const b = await candidate('owned', 'b', async () => undefined);
    await until('b leads', () => b.election.isLeader());
    expect(await owners()).toEqual([owner]);
  });

  it('never has two leaders, whoever starts when', async () => {
    const all = await Promise.all(['a', 'b', 'c', 'd'].map((identity) => candidate('crowd', identity)));
    const leaders = (): number => all.filter(({ election }) => election.isLeader()).length;
    await until('one leads', () => leaders() === 1);
    const [first] = all.filter(({ election }) => election.isLeader());
    let most = 0;
    await first?.election.close();
    await until('another one leads', () => {
      most = Math.max(most, leaders());
      return leaders() === 1;
    });
    expect(most).toBe(1);
  });

  it('goes on after somebody else has touched or deleted the lease', async () => {
    const a = await candidate('touched', 'a');
    await until('a leads', () => a.election.isLeader());
    const renewed = () => server.kubectl('get', 'lease', 'touched', '-o', 'jsonpath={.spec.renewTime}');
    for (let round = 1; round <= 3; round++) {
      const before = await renewed();
      await server.kubectl('annotate', 'lease', 'touched', `round=${round}`, '--overwrite');
      await until('it is renewed', async () => (await renewed()) !== before);
    }
    expect([a.election.isLeader(), a.told]).toEqual([true, ['elected']]);
    await server.kubectl('delete', 'lease', 'touched');
    await until('it is there again', async () =>
      (await server.kubectl('get', 'lease', '-o', 'name')).includes('lease.coordination.k8s.io/touched'),
    );
    await until('a leads', () => a.election.isLeader());
  });
});
