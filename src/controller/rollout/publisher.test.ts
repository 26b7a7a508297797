import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Snapshot, snapshotOf } from '../../xds/snapshot/snapshot.ts';
import { resource } from './testing/resource.ts';
import { scripted } from './testing/scripted-publisher.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('createPublisher()', () => {
  it('publishes the first state at once and later ones in order', async () => {
    const { publisher, published } = scripted();
    await publisher.publish(snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]));
    await publisher.publish(snapshotOf([resource('cluster', 'b'), resource('programProvider', 'b')]));
    expect(published).toEqual([
      'c:a@1 p:a@1',
      'c:a@1 c:b@1 p:a@1',
      'c:a@1 c:b@1 p:a@1 p:b@1',
      'c:a@1 c:b@1 p:b@1',
      'c:b@1 p:b@1',
    ]);
  });

  it('keeps a removed cluster for the linger time and then removes it by itself', async () => {
    const { publisher, published } = scripted({ lingerMs: 40 });
    await publisher.publish(snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]));
    await publisher.publish(snapshotOf([]));
    expect(published.at(-1)).toBe('c:a@1');
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(published.at(-1)).toBe('');
  });

  it('falls back to the accepted version of a refused resource and publishes everything else', async () => {
    const { publisher, published, withheld } = scripted({
      refuse: (each) =>
        each.name === 'a' && each.version === '2' ? 'Error adding/updating cluster(s) a: no' : undefined,
    });
    await publisher.publish(snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]));
    await publisher.publish(
      snapshotOf([
        resource('cluster', 'a', '2'),
        resource('cluster', 'b'),
        resource('programProvider', 'a'),
        resource('programProvider', 'b'),
      ]),
    );
    expect(published.at(-1)).toBe('c:a@1 c:b@1 p:a@1 p:b@1');
    expect(withheld()).toEqual(['a']);
    await publisher.publish(snapshotOf([resource('cluster', 'a', '3'), resource('programProvider', 'a')]));
    expect(published.at(-1)).toBe('c:a@3 p:a@1');
    expect(withheld()).toEqual([]);
  });

  it('leaves out a refused new cluster together with the provider that names it', async () => {
    const { publisher, published } = scripted({
      refuse: (each) => (each.name === 'bad' ? 'cluster bad: no' : undefined),
    });
    await publisher.publish(snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]));
    await publisher.publish(
      snapshotOf([
        resource('cluster', 'a'),
        resource('cluster', 'bad'),
        resource('programProvider', 'a'),
        resource('programProvider', 'bad'),
      ]),
    );
    expect(published.at(-1)).toBe('c:a@1 p:a@1');
    expect(published.some((state) => state.includes('p:bad'))).toBe(false);
  });

  it('leaves out a new cluster whose secret is refused, since it would wait for it for ever', async () => {
    const { publisher, published, withheld } = scripted({
      refuse: (each) => (each.name === 'bad' ? 'Failed to load trusted CA certificates' : undefined),
    });
    await publisher.publish(snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]));
    await publisher.publish(
      snapshotOf([
        resource('cluster', 'a'),
        resource('cluster', 'c', '1', 'bad'),
        resource('secret', 'bad'),
        resource('programProvider', 'a'),
        resource('programProvider', 'c'),
      ]),
    );
    expect(published.at(-1)).toBe('c:a@1 p:a@1');
    expect(withheld()).toEqual(['bad']);
  });

  it('brings back the cluster that the last accepted version of a provider names', async () => {
    const { publisher, published } = scripted({
      lingerMs: 0,
      refuse: (each) => (each.name === 'p@2' ? 'cluster p@2: no' : undefined),
    });
    const withAddress = (address: string, version: string): Snapshot =>
      snapshotOf([
        resource('secret', `${address}/ca`),
        resource('cluster', address, '1', `${address}/ca`),
        resource('programProvider', 'p', version, address),
      ]);
    await publisher.publish(withAddress('p@1', '1'));
    await publisher.publish(withAddress('p@2', '2'));
    expect(published.at(-1)).toBe('c:p@1@1 p:p@1 s:p@1/ca@1 s:p@2/ca@1');
    expect(published.some((state) => state.includes('p:p@2'))).toBe(false);
    await publisher.publish(withAddress('p@3', '3'));
    expect(published.at(-1)).toBe('c:p@3@1 p:p@3 s:p@3/ca@1');
  });

  it('publishes what is wanted last, in whatever moment it comes', async () => {
    for (let turns = 0; turns < 40; turns++) {
      const { publisher, published } = scripted();
      await publisher.publish(snapshotOf([resource('cluster', 'a')]));
      const first = publisher.publish(snapshotOf([resource('cluster', 'a', '2')]));
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      await publisher.publish(snapshotOf([resource('cluster', 'a', '3')]));
      expect(published.at(-1), `after ${turns} turns`).toBe('c:a@3');
      await first;
    }
  });

  it('tells the processor of a cluster only when every Envoy has answered, and nobody anything after its end', async () => {
    let answer: () => void = () => undefined;
    const answered = () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      });
    const { publisher, published } = scripted({ answered });
    const both = (name: string): Snapshot => snapshotOf([resource('cluster', name), resource('programProvider', name)]);
    await publisher.publish(both('a'));
    const rollout = publisher.publish(both('b'));
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();
    expect(published.splice(0)).toEqual(['c:a@1 p:a@1', 'c:a@1 c:b@1 p:a@1']);
    answer();
    await turn();
    expect(published.splice(0)).toEqual(['c:a@1 c:b@1 p:a@1 p:b@1']);
    publisher.close();
    answer();
    await rollout;
    await publisher.publish(both('c'));
    expect(published).toEqual([]);
  });

  it('looks again when a cluster that lingers may go, and only then', async () => {
    vi.useFakeTimers();
    const { publisher, published } = scripted({ lingerMs: 60_000 });
    await publisher.publish(snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]));
    expect(vi.getTimerCount()).toBe(0);
    await publisher.publish(snapshotOf([]));
    expect([published.at(-1), vi.getTimerCount()]).toEqual(['c:a@1', 1]);
    await vi.advanceTimersToNextTimerAsync();
    expect([published.at(-1), vi.getTimerCount()]).toEqual(['', 0]);
    await publisher.publish(snapshotOf([resource('cluster', 'b')]));
    await publisher.publish(snapshotOf([]));
    publisher.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
