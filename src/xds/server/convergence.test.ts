import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { keepUnchanged } from '../snapshot/difference.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { typeUrls } from '../snapshot/type-url.ts';
import type { Variant } from './stream.ts';
import { type State, snapshotFrom } from './testing/scripted-client.ts';
import { simulatedEnvoy } from './testing/simulated-envoy.ts';

/** Some clusters and tables that only name clusters of theirs. `badIn`: one version of so many is refused. */
function randomState(roll: (limit: number) => number, badIn: number): State {
  const clusters = ['a', 'b', 'c', 'd'].filter(() => roll(3) > 0);
  const version = () => `${roll(4)}${badIn > 0 && roll(badIn) === 0 ? 'x' : ''}`;
  const target = () => clusters[roll(clusters.length)];
  const tables = clusters.length === 0 ? [] : ['t', 'u'].filter(() => roll(4) > 0);
  return {
    cluster: clusters.map((name) => `${name}@${version()}>${name}`),
    endpoint: clusters.map((name) => `${name}@${roll(3)}`),
    // A table of other content has another version: the version tells its target.
    route: tables.map((name) => {
      const cluster = target();
      return `${name}@${cluster}${version()}>${cluster}`;
    }),
    listener: tables.map((name) => `l${name}@${roll(2)}>${name}`),
  };
}

interface Run {
  readonly variant: Variant;
  readonly seed: number;
  readonly badIn: number;
  readonly doesReconnect: boolean;
}

/** Publishes at random while messages are on their way, then lets everything arrive. */
function run({ variant, seed, badIn, doesReconnect }: Run) {
  const roll = seededRandom(seed).below;
  let now = 0;
  let desired: Snapshot = snapshotFrom(randomState(roll, badIn));
  const publish = (next: Snapshot) => {
    desired = keepUnchanged(desired, next);
    envoy.advance();
  };
  const envoy = simulatedEnvoy(
    variant,
    () => desired,
    () => now,
  );
  const dangling: string[] = [];
  const look = () => dangling.push(...envoy.dangling());
  for (let step = 0; step < 200; step++) {
    const move = roll(20);
    if (move === 0) publish(snapshotFrom(randomState(roll, badIn)));
    else if (move === 1 && doesReconnect) envoy.connect();
    else if (move < 11) envoy.deliverToServer();
    else envoy.deliverToClient();
    look();
  }
  const deliverAll = () => {
    for (let round = 0; round < 400; round++) {
      const isServerIdle = !envoy.deliverToServer();
      const isClientIdle = !envoy.deliverToClient();
      look();
      if (isServerIdle && isClientIdle) return;
    }
    throw new Error('The server and its client never come to rest.');
  };
  const settle = () => {
    deliverAll();
    now += 60_000;
    envoy.advance();
    deliverAll();
  };
  return { roll, envoy, publish, settle, dangling, desired: () => desired };
}

const seeds = Array.from({ length: 150 }, (_, index) => index + 1);
const wanted = (snapshot: Snapshot, typeUrl: string) =>
  [...(snapshot.resources.get(typeUrl)?.values() ?? [])].map(({ name, version }) => `${name}@${version}`).sort();

describe.each(['sotw', 'delta'] as const)('a client of %s, however messages and changes cross,', (variant) => {
  it.each([
    { name: 'holds what is desired in the end', badIn: 0, doesReconnect: false },
    { name: 'holds what is desired in the end, with reconnects', badIn: 0, doesReconnect: true },
    { name: 'holds what is desired in the end, when what it refused is mended', badIn: 5, doesReconnect: true },
  ])('$name', ({ badIn, doesReconnect }) => {
    for (const seed of seeds) {
      const { roll, envoy, publish, settle, desired } = run({ variant, seed, badIn, doesReconnect });
      settle();
      publish(snapshotFrom(randomState(roll, 0)));
      settle();
      for (const type of [typeUrls.cluster, typeUrls.endpoint, typeUrls.listener, typeUrls.route] as const) {
        expect(envoy.holds(type), `seed ${seed}`).toEqual(wanted(desired(), type));
      }
      expect(envoy.isSettled(), `seed ${seed}`).toBe(true);
      expect(envoy.mostWaiting(), `seed ${seed}`).toBe(1);
      const before = envoy.sent();
      settle();
      expect(envoy.sent(), `seed ${seed}`).toBe(before);
    }
  });

  // Who comes back and asks for the state of the world does not say what it holds: what is absent goes at once.
  const doesReconnect = variant === 'delta';

  it('never has a route to a cluster that it does not hold', () => {
    for (const seed of seeds) {
      const { settle, dangling } = run({ variant, seed, badIn: 0, doesReconnect });
      settle();
      expect(dangling, `seed ${seed}`).toEqual([]);
    }
  });

  it('never loses a cluster that its routes name, whatever it refuses', () => {
    for (const seed of seeds) {
      const { settle, envoy } = run({ variant, seed, badIn: 5, doesReconnect });
      settle();
      expect(envoy.lost, `seed ${seed}`).toEqual([]);
    }
  });
});
