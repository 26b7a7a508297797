import { describe, expect, it } from 'vitest';
import { slots, type Task } from './slots.ts';

function open(most: number) {
  const all = slots();
  const begun: string[] = [];
  const releases = new Map<string, () => void>();
  const task =
    (name: string): Task =>
    (release) => {
      begun.push(name);
      releases.set(name, release);
    };
  return {
    begun,
    enter: (...names: readonly string[]) => all.enter(names.map(task), most),
    release: (name: string) => releases.get(name)?.(),
  };
}

describe('slots', () => {
  it('let no more begin than there are, and the next one when one is released, once', () => {
    const { begun, enter, release } = open(2);
    enter('a', 'b', 'c', 'd');
    expect(begun).toEqual(['a', 'b']);
    release('a');
    release('a');
    expect(begun).toEqual(['a', 'b', 'c']);
    release('b');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('serve those who wait in turn, one task each', () => {
    const { begun, enter, release } = open(1);
    enter('long 1', 'long 2', 'long 3');
    enter('short');
    for (const name of ['long 1', 'long 2', 'short']) release(name);
    expect(begun).toEqual(['long 1', 'long 2', 'short', 'long 3']);
  });

  it('refuse who would be the third to wait for a slot', () => {
    const { enter } = open(1);
    expect(['runs', 'waits', 'waits too', 'too many'].map((name) => enter(name) !== undefined)).toEqual([
      ...[true, true, true, false],
    ]);
  });

  it('begin nothing for who has left', () => {
    const { begun, enter, release } = open(1);
    enter('a');
    const leave = enter('b');
    enter('c');
    leave?.();
    leave?.();
    release('a');
    expect(begun).toEqual(['a', 'c']);
  });
});
