import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { err, ok } from '../lib/result.ts';
import { kubeError } from './error.ts';
import { type Election, joinElection, type LeaseOptions } from './lease.ts';
import { type KubeObject, type Place, pathOf } from './object.ts';

interface StoredLease extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Those of Kubernetes' own controllers, which are the defaults. */
const [leaseMs, renewMs, retryMs] = [15_000, 10_000, 2_000];

let stored: StoredLease | undefined;
let version: number;
let paths: Set<string>;
let joined: Election[];

beforeEach(() => {
  vi.useFakeTimers();
  stored = undefined;
  version = 0;
  paths = new Set();
  joined = [];
});
afterEach(async () => {
  const ends = joined.map((election) => election.close());
  await vi.advanceTimersByTimeAsync(60_000);
  await Promise.all(ends);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function store(object: unknown): StoredLease {
  const { metadata, ...rest } = object as StoredLease;
  version += 1;
  stored = { ...rest, metadata: { ...metadata, uid: 'l-1', resourceVersion: `${version}` } };
  return stored;
}

/** As others change it: with what they say of it, and a version of its own. */
function change(spec: Readonly<Record<string, unknown>>, metadata: Readonly<Record<string, unknown>> = {}): void {
  if (stored === undefined) throw new Error('there is no Lease');
  store({ ...stored, metadata: { ...stored.metadata, ...metadata }, spec: { ...stored.spec, ...spec } });
}

const hasChanged = () => err(kubeError(409, 'Conflict', 'somebody was faster'));
const isMissing = () => err(kubeError(404, 'NotFound', 'not found'));

/** One that takes part, over a connection of its own to an API server with one Lease. */
function join(identity: string, more: Partial<LeaseOptions> = {}) {
  const told: string[] = [];
  const calls: string[] = [];
  const line = { isUp: true, delayMs: 10, refusal: 0 };
  /** What hangs ends with the time limit of the call. */
  async function call<T>(place: Place, verb: string, limit: { timeoutMs?: number } = {}, answer: () => T) {
    paths.add(pathOf(place));
    calls.push(verb);
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    await wait(line.delayMs / 2);
    if (!line.isUp) {
      await wait((limit.timeoutMs ?? 0) - line.delayMs / 2);
      return err(kubeError(0, 'Timeout', 'no answer'));
    }
    if (line.refusal !== 0) return err(kubeError(line.refusal, `Status${line.refusal}`, 'no'));
    const result = answer();
    await wait(line.delayMs / 2);
    return result;
  }
  const election = joinElection({
    client: {
      get: (ref, limit) => call(ref, 'get', limit, () => (stored === undefined ? isMissing() : ok(stored))),
      create: (place, object, limit) =>
        call(place, 'create', limit, () => (stored === undefined ? ok(store(object)) : hasChanged())),
      replace: (ref, object, limit) =>
        call(ref, 'replace', limit, () => {
          if (stored === undefined) return isMissing();
          const { resourceVersion } = (object as StoredLease).metadata;
          return resourceVersion === stored.metadata.resourceVersion ? ok(store(object)) : hasChanged();
        }),
    },
    namespace: 'sluice-system',
    name: 'sluice-controller',
    identity,
    onElected: () => told.push('elected'),
    onLost: () => told.push('lost'),
    onError: ({ reason }) => told.push(reason),
    ...more,
  });
  joined.push(election);
  return { election, told, calls, line };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Until this holds; how long it took. Never are there two leaders. */
async function passUntil(holds: () => boolean): Promise<number> {
  const began = performance.now();
  while (!holds()) {
    if (performance.now() - began > 120_000) throw new Error('it never came');
    await pass(10);
    expect(joined.filter((election) => election.isLeader()).length).toBeLessThan(2);
  }
  return performance.now() - began;
}

describe('joinElection()', () => {
  it('makes the Lease where there is none, with its owner, and renews it every two seconds', async () => {
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'controller', uid: 'd-1' };
    const { election, told, calls } = join('a', { owner: async () => owner });
    expect([election.isLeader(), election.holder()]).toEqual([false, undefined]);
    await pass(100);
    expect([election.isLeader(), election.holder(), told]).toEqual([true, 'a', ['elected']]);
    const { metadata, spec } = stored ?? {};
    expect(metadata).toMatchObject({ name: 'sluice-controller', namespace: 'sluice-system', ownerReferences: [owner] });
    expect(spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(spec?.renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(spec?.acquireTime).toBe(spec?.renewTime);
    await pass(10 * retryMs);
    expect(calls).toEqual(['get', 'create', ...Array(9).fill('replace')]);
    const place = '/apis/coordination.k8s.io/v1/namespaces/sluice-system/leases';
    expect([...paths].toSorted()).toEqual([place, `${place}/sluice-controller`]);
    expect(stored?.spec.acquireTime).toBe(spec?.acquireTime);
    expect(Date.parse(`${stored?.spec.renewTime}`)).toBeGreaterThan(Date.parse(`${spec?.renewTime}`) + 15_000);
  });

  it('has one leader of several that come at once, and tells nobody of a race', async () => {
    const all = ['a', 'b', 'c'].map((identity) => join(identity));
    await passUntil(() => all.some(({ election }) => election.isLeader()));
    await pass(5_000);
    expect(all.map(({ told }) => told).toSorted()).toEqual([[], [], ['elected']]);
    expect(new Set(all.map(({ election }) => election.holder())).size).toBe(1);
  });

  it('stops being the leader when nobody answers, a good while before another one takes over', async () => {
    const a = join('a');
    await pass(100);
    const b = join('b');
    await pass(2_000);
    a.line.isUp = false;
    const lostAfter = await passUntil(() => a.told.includes('lost'));
    expect(lostAfter).toBeGreaterThan(renewMs - retryMs - 100);
    expect(lostAfter).toBeLessThanOrEqual(renewMs);
    expect(await passUntil(() => b.election.isLeader())).toBeGreaterThan(leaseMs - renewMs - 100);
    expect(lostAfter).toBeLessThan(leaseMs);
    expect(stored?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    a.line.isUp = true;
    await pass(10_000);
    expect(a.told.slice(0, 3)).toEqual(['elected', 'Timeout', 'lost']);
    expect(a.told.filter((line) => line !== 'Timeout')).toEqual(['elected', 'lost']);
    expect(a.election.holder()).toBe('b');
  });

  it('counts from when a renewal was sent: its answer may have taken its time', async () => {
    const a = join('a');
    a.line.delayMs = 3_000;
    await passUntil(() => a.calls.at(-1) === 'create');
    await pass(3_000);
    expect(a.told).toEqual(['elected']);
    a.line.isUp = false;
    await pass(renewMs - 3_000 - 20);
    expect(a.election.isLeader()).toBe(true);
    await pass(20);
    expect([a.election.isLeader(), a.told.filter((line) => line === 'lost')]).toEqual([false, ['lost']]);
  });

  it('stays the leader while renewals fail for a moment or come late', async () => {
    const a = join('a');
    await pass(100);
    const b = join('b');
    a.line.isUp = false;
    await pass(6_500);
    a.line.isUp = true;
    a.line.delayMs = 700;
    await pass(60_000);
    expect([a.election.isLeader(), a.told]).toEqual([true, ['elected', 'Timeout']]);
    expect(b.told).toEqual([]);
  });

  it.each([500, 429, 403])('tries again after every %i, and says so', async (code) => {
    const a = join('a');
    a.line.refusal = code;
    await pass(10_000);
    expect(a.told.length).toBeGreaterThanOrEqual(4);
    expect(new Set(a.told)).toEqual(new Set([`Status${code}`]));
    a.line.refusal = 0;
    expect(await passUntil(() => a.election.isLeader())).toBeLessThan(2.5 * retryMs);
  });

  it.each(['1970-01-01T00:00:00.000000Z', '2199-01-01T00:00:00.000000Z'])(
    'waits for a holder whose clock says %s as for any other',
    async (renewTime) => {
      const metadata = { name: 'sluice-controller', namespace: 'sluice-system' };
      store({ metadata, spec: { holderIdentity: 'other', leaseDurationSeconds: 15, renewTime, leaseTransitions: 4 } });
      const a = join('a');
      for (let renewal = 1; renewal <= 10; renewal++) {
        await pass(5_000);
        change({ renewTime: renewTime.replace('00.000', `${`${renewal}`.padStart(2, '0')}.000`) });
      }
      expect([a.election.isLeader(), a.election.holder()]).toEqual([false, 'other']);
      // The last renewal was seen within a retry.
      const waited = await passUntil(() => a.election.isLeader());
      expect(waited).toBeGreaterThan(leaseMs - 100);
      expect(waited).toBeLessThan(leaseMs + 2.5 * retryMs);
      expect(stored?.spec.leaseTransitions).toBe(5);
    },
  );

  it('waits longer for a holder that has said to renew less often, and for one that says nothing as for itself', async () => {
    const metadata = { name: 'sluice-controller', namespace: 'sluice-system' };
    store({ metadata, spec: { holderIdentity: 'other', leaseDurationSeconds: 40 } });
    const a = join('a');
    const waited = await passUntil(() => a.election.isLeader());
    expect(waited).toBeGreaterThan(40_000);
    expect(waited).toBeLessThan(40_000 + 2.5 * retryMs);
    change({ holderIdentity: 'other', leaseDurationSeconds: undefined });
    expect(await passUntil(() => a.told.length === 2)).toBeLessThan(1.5 * retryMs);
    expect(await passUntil(() => a.election.isLeader())).toBeLessThan(leaseMs + 2.5 * retryMs);
    expect(stored?.spec.leaseTransitions).toBe(2);
  });

  it('leads on when somebody has only touched the Lease, and leaves what others wrote in it', async () => {
    const a = join('a');
    await pass(100);
    change({ strategy: 'OldestEmulationVersion' }, { annotations: { note: 'seen' } });
    await pass(3 * retryMs);
    expect([a.election.isLeader(), a.told]).toEqual([true, ['elected']]);
    expect(stored?.metadata.annotations).toEqual({ note: 'seen' });
    expect(stored?.spec).toMatchObject({ strategy: 'OldestEmulationVersion', leaseTransitions: 0 });
    expect(Date.now() - Date.parse(`${stored?.spec.renewTime}`)).toBeLessThanOrEqual(retryMs + 100);
  });

  it('is no leader as soon as it sees another holder, or none', async () => {
    const a = join('a');
    await pass(100);
    change({ holderIdentity: 'b', renewTime: '2026-01-01T00:00:00.000000Z' });
    await pass(retryMs);
    expect([a.election.isLeader(), a.told]).toEqual([false, ['elected', 'lost']]);
    await passUntil(() => a.election.isLeader());
    stored = undefined;
    await pass(2.5 * retryMs);
    expect(a.told).toEqual(['elected', 'lost', 'elected', 'lost', 'elected']);
    expect(stored).toBeDefined();
  });

  it('gives the Lease back when it closes, so that another one leads within a retry', async () => {
    const a = join('a');
    await pass(100);
    const b = join('b');
    await pass(5_000);
    change({ strategy: 'OldestEmulationVersion', leaseTransitions: 7 }, { annotations: { note: 'seen' } });
    await pass(2 * retryMs);
    const closing = a.election.close();
    expect(a.election.isLeader()).toBe(false);
    expect(await passUntil(() => b.election.isLeader())).toBeLessThan(1.2 * retryMs + 100);
    await closing;
    const { length } = a.calls;
    await pass(10_000);
    expect([a.told, a.calls.length]).toEqual([['elected', 'lost'], length]);
    expect(stored?.metadata.annotations).toEqual({ note: 'seen' });
    const kept = { strategy: 'OldestEmulationVersion', leaseTransitions: 8 };
    expect(stored?.spec).toMatchObject({ holderIdentity: 'b', ...kept });
  });

  it('waits at its end for a renewal that is on its way, and gives back what that has written', async () => {
    const a = join('a');
    await pass(100);
    a.line.delayMs = 1_000;
    await passUntil(() => a.calls.at(-1) === 'replace');
    const closing = a.election.close();
    const again = a.election.close();
    await pass(3_000);
    await Promise.all([closing, again]);
    expect(a.calls).toEqual(['get', 'create', 'replace', 'replace']);
    expect([stored?.spec.holderIdentity, a.told]).toEqual(['', ['elected', 'lost']]);
  });

  it('never leads that has been closed before its first answer, and leaves no Lease that nobody renews', async () => {
    const a = join('a');
    const closing = a.election.close();
    await pass(10_000);
    await closing;
    expect([a.calls, a.told, stored]).toEqual([['get'], [], undefined]);
    const b = join('b');
    b.line.delayMs = 1_000;
    await passUntil(() => b.calls.at(-1) === 'create');
    const end = b.election.close();
    await pass(10_000);
    await end;
    expect([b.told, stored?.spec.holderIdentity]).toEqual([[], '']);
  });

  it('writes nothing at its end where another one leads, and says when the Lease cannot be given back', async () => {
    const a = join('a');
    await pass(100);
    const b = join('b');
    await pass(5_000);
    await b.election.close();
    expect(b.calls.filter((verb) => verb !== 'get')).toEqual([]);
    a.line.refusal = 403;
    const closing = a.election.close();
    await pass(1_000);
    await closing;
    expect(a.told).toEqual(['elected', 'lost', 'Status403']);
  });
});
