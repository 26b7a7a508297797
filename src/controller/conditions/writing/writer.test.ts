import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kubeError } from '../../../kube/error.ts';
import { createLogger } from '../../../lib/log.ts';
import { objectId } from '../../object-id.ts';
import type { Condition } from '../condition.ts';
import type { WatchedObject } from '../outcome.ts';
import type { ObjectStatus } from '../statuses.ts';
import { scriptedApiServer } from '../testing/scripted-api-server.ts';
import { createStatusWriter } from './writer.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function accepted(watched: WatchedObject, message = 'fine', status: Condition['status'] = 'True'): ObjectStatus {
  const condition: Condition = { type: 'Accepted', status, reason: 'Accepted', message, observedGeneration: 1 };
  return { id: objectId(watched.kind, watched.object), watched, status: { shape: 'object', conditions: [condition] } };
}

/** A writer over models `m0`, `m1`, …, whose `show` tells it what a watch has seen. */
function setup(count: number, options: { perSecond?: number; burst?: number } = {}) {
  const names = Array.from({ length: count }, (_, index) => `m${index}`);
  const server = scriptedApiServer(names);
  let isLeader = true;
  let conflicts = 0;
  const results: string[] = [];
  let words = (_name: string): string => 'fine';
  const writer = createStatusWriter({
    client: server.client,
    isLeader: () => isLeader,
    onConflict: () => {
      conflicts += 1;
    },
    log: createLogger({ name: 'test', level: 'fatal' }),
    onWrite: (result) => results.push(result),
    random: () => 1,
    ...options,
  });
  const want = (watched = server.watched()): void => {
    writer.want(watched.map((each) => accepted(each, words(each.object.metadata.name))));
  };
  return {
    server,
    writer,
    want,
    conflicts: () => conflicts,
    results,
    lead(next: boolean) {
      isLeader = next;
    },
    say(next: typeof words) {
      words = next;
    },
    async pass(ms: number) {
      await vi.advanceTimersByTimeAsync(ms);
    },
  };
}

describe('createStatusWriter()', () => {
  it('writes one status for one change among 2,000 objects, and none when nothing changed', async () => {
    const { server, want, say, pass } = setup(2_000, { perSecond: 100_000, burst: 2_000 });
    want();
    await pass(10_000);
    expect(server.calls).toHaveLength(2_000);
    want();
    await pass(10_000);
    expect(server.calls).toHaveLength(2_000);
    say((name) => (name === 'm7' ? 'other words' : 'fine'));
    want();
    await pass(10_000);
    expect(server.calls.slice(2_000)).toEqual(['m7']);
  });

  it('does not write again what has not come back through the watch', async () => {
    const { server, want, pass } = setup(1);
    const before = server.watched();
    want(before);
    await pass(1_000);
    want(before);
    await pass(1_000);
    expect(server.calls).toEqual(['m0']);
  });

  it('makes a second change over its own first one, before the watch shows either', async () => {
    const { server, want, say, pass, conflicts } = setup(1);
    const before = server.watched();
    want(before);
    await pass(1_000);
    say(() => 'second');
    want(before);
    await pass(1_000);
    say(() => 'third');
    want(before);
    await pass(1_000);
    expect(server.calls).toHaveLength(3);
    expect(conflicts()).toBe(0);
    expect(server.status('m0')).toMatchObject({ conditions: [{ message: 'third' }] });
  });

  it('says the newest when something changes while a write is on its way', async () => {
    const { server, want, say, pass } = setup(1);
    const before = server.watched();
    want(before);
    await pass(2);
    say(() => 'newer');
    want(before);
    await pass(1_000);
    expect(server.status('m0')).toMatchObject({ conditions: [{ message: 'newer' }] });
    expect(server.calls).toHaveLength(2);
  });

  it('never overwrites what it has not seen: it asks for the objects and tries again over the newer one', async () => {
    const { server, want, pass, conflicts } = setup(1);
    const before = server.watched();
    const theirs = { type: 'example.com/Reviewed', status: 'True', lastTransitionTime: 'then' };
    server.put('m0', { status: { conditions: [theirs] } });
    want(before);
    await pass(100);
    expect(conflicts()).toBe(1);
    expect(server.status('m0')).toEqual({ conditions: [theirs] });
    want();
    await pass(1_000);
    expect(server.status('m0')).toMatchObject({ conditions: [theirs, { type: 'Accepted' }] });
    expect(server.calls).toHaveLength(2);
  });

  it('drops what is gone', async () => {
    const { server, want, pass } = setup(1);
    const before = server.watched();
    server.remove('m0');
    want(before);
    await pass(60_000);
    want(before);
    await pass(60_000);
    expect(server.calls).toHaveLength(1);
  });

  it.each([
    ['seen at once', 0],
    ['seen late', 1],
  ])('begins anew with one that was gone, %s, and is there again', async (_, wantsBetween) => {
    const { server, want, pass } = setup(2);
    const before = server.watched();
    server.remove('m0');
    want(before);
    await pass(60_000);
    for (let count = 0; count < wantsBetween; count++) want(before);
    want(before.slice(1));
    server.put('m0', {});
    want();
    await pass(60_000);
    expect(server.calls.filter((name) => name === 'm0')).toHaveLength(2);
    expect(server.status('m0')).toMatchObject({ conditions: [{ type: 'Accepted' }] });
  });

  it('tells one that was made again before anybody saw that it was gone', async () => {
    const { server, want, pass } = setup(1);
    const before = server.watched();
    server.remove('m0');
    want(before);
    await pass(60_000);
    server.put('m0', {});
    want();
    await pass(60_000);
    expect(server.status('m0')).toMatchObject({ conditions: [{ type: 'Accepted' }] });
  });

  it('puts back what it said over its own first write, when somebody takes it away', async () => {
    const { server, want, say, pass } = setup(1);
    const before = server.watched();
    want(before);
    await pass(1_000);
    const first = server.watched();
    say(() => 'second');
    want(before);
    await pass(1_000);
    // The watch shows the first one only now, and then what somebody made of the second.
    want(first);
    await pass(1_000);
    expect(server.calls).toHaveLength(2);
    server.put('m0', {});
    want();
    await pass(60_000);
    expect(server.status('m0')).toMatchObject({ conditions: [{ message: 'second' }] });
  });

  it('waits no longer because the clock is set back', async () => {
    const { server, want, pass } = setup(40, { perSecond: 10, burst: 1 });
    want();
    await pass(1_000);
    const written = server.calls.length;
    expect(written).toBeLessThan(20);
    vi.setSystemTime(Date.now() - 3_600_000);
    want();
    await pass(4_000);
    expect(server.calls).toHaveLength(40);
  });

  it('writes nothing unless it leads, and stops when it does no more', async () => {
    const { server, want, lead, pass } = setup(100, { perSecond: 10, burst: 1 });
    lead(false);
    want();
    await pass(5_000);
    expect(server.calls).toHaveLength(0);
    lead(true);
    want();
    await pass(2_000);
    lead(false);
    const written = server.calls.length;
    expect(written).toBeGreaterThan(0);
    await pass(60_000);
    expect(server.calls).toHaveLength(written);
  });

  it('keeps to its pace, and to a few at a time', async () => {
    const { server, want, pass } = setup(500, { perSecond: 50, burst: 100 });
    want();
    await pass(1_000);
    expect(server.calls.length).toBeLessThanOrEqual(151);
    expect(server.calls.length).toBeGreaterThan(140);
    await pass(10_000);
    expect(server.calls).toHaveLength(500);
    expect(server.mostAtOnce()).toBe(4);
  });

  it('tells what has just changed before the thousands that it has not come to yet', async () => {
    const { server, writer, pass } = setup(500, { perSecond: 10, burst: 10 });
    const statuses = server.watched().map((each) => accepted(each));
    writer.want(statuses);
    await pass(2_000);
    const before = server.calls.length;
    expect(server.calls).not.toContain('m499');
    writer.want(statuses.map((each) => (each.id === 'Model/m499' ? accepted(each.watched, 'news') : each)));
    await pass(1_000);
    expect(server.calls.slice(before, before + 3)).toContain('m499');
  });

  it('asks an API server in trouble now and then, and not once for each object', async () => {
    const { server, want, pass } = setup(200);
    server.fail(() => kubeError(503, 'ServiceUnavailable', 'later'));
    want();
    await pass(60_000);
    // At 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s, four at a time.
    expect(server.calls.length).toBeLessThanOrEqual(32);
    server.fail(undefined);
    await pass(60_000);
    expect(server.watched().every((each) => each.object.status !== undefined)).toBe(true);
  });

  it('leaves the API server alone as long as it wants', async () => {
    const { server, want, pass } = setup(1);
    server.fail(() => ({ ...kubeError(429, 'TooManyRequests', 'slow down'), retryAfterMs: 7_000 }));
    want();
    await pass(6_900);
    expect(server.calls).toHaveLength(1);
    server.fail(undefined);
    await pass(200);
    expect(server.calls).toHaveLength(2);
  });

  it('hesitates no longer than at first in trouble that comes anew, and counts what it wrote', async () => {
    const { server, want, say, results, pass } = setup(1);
    for (const round of [1, 2]) {
      server.fail(() => kubeError(503, 'ServiceUnavailable', 'later'));
      say(() => `round ${round}`);
      want();
      await pass(3_400);
      server.fail(undefined);
      await pass(200);
      // At 0, 0.5, 1.5 and 3.5 s.
      expect(results.splice(0)).toEqual(['failed', 'failed', 'failed', 'written']);
      await pass(60_000);
    }
  });

  it('writes nothing after its end, whatever was due or on its way', async () => {
    const { server, writer, want, results, pass } = setup(20, { perSecond: 10, burst: 5 });
    want();
    await pass(2);
    writer.close();
    const { length } = server.calls;
    expect(length).toBeGreaterThan(0);
    await pass(60_000);
    want();
    await pass(60_000);
    expect([server.calls.length, results.length, vi.getTimerCount()]).toEqual([length, 0, 0]);
  });

  it.each([400, 403, 405, 413, 422])('does not repeat what is refused with %i, nor wait with others', async (code) => {
    const { server, want, pass } = setup(3);
    server.fail(({ name }) => (name === 'm0' ? kubeError(code, 'Refused', 'no') : undefined));
    want();
    await pass(100);
    expect(server.calls).toEqual(['m0', 'm1', 'm2']);
    await pass(599_000);
    expect(server.calls).toHaveLength(3);
  });

  it('does not repeat what the schema refuses, and tries again with other words', async () => {
    const { server, want, say, pass } = setup(2);
    server.fail(({ name }) => (name === 'm0' ? kubeError(422, 'Invalid', 'no') : undefined));
    for (let round = 0; round < 5; round++) {
      want();
      await pass(5_000);
    }
    expect(server.calls).toEqual(['m0', 'm1']);
    say(() => 'other words');
    want();
    await pass(1_000);
    expect(server.calls).toEqual(['m0', 'm1', 'm0', 'm1']);
  });

  it('is content with what a schema of others leaves of its words', async () => {
    const { server, want, say, pass } = setup(1);
    server.prune((status) => ({ ...status, conditions: [] }));
    for (let round = 0; round < 100; round++) {
      want();
      await pass(60_000);
    }
    expect(server.calls).toHaveLength(1);
    say(() => 'other words');
    want();
    await pass(60_000);
    expect(server.calls).toHaveLength(2);
  });

  it('gives way to somebody who takes back what it writes, more and more', async () => {
    const { server, want, pass } = setup(1);
    for (let second = 0; second < 600; second++) {
      want();
      await pass(900);
      server.put('m0', { status: {} });
      await pass(100);
    }
    // Waits of 2, 4, 8, … seconds.
    expect(server.calls.length).toBeLessThanOrEqual(12);
    expect(server.calls.length).toBeGreaterThan(5);
  });
});
