import { describe, expect, it } from 'vitest';
import { type Snapshot, snapshotOf } from '../../xds/snapshot/snapshot.ts';
import { createLingering } from './lingering.ts';
import { resourceKey } from './refusal.ts';
import { resource } from './testing/resource.ts';

const [a, b] = [resource('cluster', 'a'), resource('cluster', 'b')];
const names = ({ resources }: Snapshot) =>
  [...resources.values()].flatMap((ofType) => [...ofType.values()].map(({ name, version }) => `${name}@${version}`));
const refusesNothing = () => false;

function lingering() {
  let time = 1_000;
  return {
    ...createLingering({ lingerMs: 100, now: () => time }),
    pass(ms: number) {
      time += ms;
    },
  };
}

describe('createLingering()', () => {
  it('keeps a cluster that is left out as it was, for its time, and says when to look again', () => {
    const { keep, restMs, pass } = lingering();
    const [out, next] = [snapshotOf([a, b]), snapshotOf([b])];
    expect(restMs()).toBeUndefined();
    expect(names(keep(next, out, refusesNothing))).toEqual(['b@1', 'a@1']);
    expect(restMs()).toBe(100);
    pass(99);
    expect(names(keep(next, out, refusesNothing))).toEqual(['b@1', 'a@1']);
    expect(restMs()).toBe(1);
    pass(1);
    expect(keep(next, out, refusesNothing)).toBe(next);
    expect(restMs()).toBeUndefined();
  });

  it('counts no second time for one that is over and still out, because something else goes first', () => {
    const { keep, restMs, pass } = lingering();
    const [out, next] = [snapshotOf([a, b]), snapshotOf([b])];
    keep(next, out, refusesNothing);
    pass(100);
    expect(keep(next, out, refusesNothing)).toBe(next);
    expect(keep(next, out, refusesNothing)).toBe(next);
    expect(restMs()).toBeUndefined();
    // Gone, made again and removed again.
    keep(next, next, refusesNothing);
    expect(names(keep(next, out, refusesNothing))).toEqual(['b@1', 'a@1']);
  });

  it('counts anew for a cluster that has come back meanwhile', () => {
    const { keep, restMs, pass } = lingering();
    const out = snapshotOf([a]);
    keep(snapshotOf([]), out, refusesNothing);
    pass(60);
    expect(names(keep(snapshotOf([resource('cluster', 'a', '2')]), out, refusesNothing))).toEqual(['a@2']);
    expect(restMs()).toBeUndefined();
    keep(snapshotOf([]), out, refusesNothing);
    expect(restMs()).toBe(100);
  });

  it('keeps nothing that was refused, and nothing but clusters and what belongs to them', () => {
    const { keep } = lingering();
    const out = snapshotOf([a, resource('secret', 's'), resource('listener', 'l'), resource('programProvider', 'p')]);
    expect(names(keep(snapshotOf([]), out, (key) => key === resourceKey(a)))).toEqual(['s@1']);
  });
});
