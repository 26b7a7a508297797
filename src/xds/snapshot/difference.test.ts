import { describe, expect, it } from 'vitest';
import { difference, keepUnchanged } from './difference.ts';
import type { Resource } from './resource.ts';
import { snapshotOf } from './snapshot.ts';

function resource(type: string, name: string, version = '1'): Resource {
  return { typeUrl: type, name, version, body: new Uint8Array(), origins: [] };
}

const before = snapshotOf([resource('c', 'a'), resource('c', 'b'), resource('r', 't')]);

describe('difference()', () => {
  it('is empty between states of equal content', () => {
    const equal = snapshotOf([resource('r', 't'), resource('c', 'b'), resource('c', 'a')]);
    expect(difference(before, equal).size).toBe(0);
  });

  it('tells by type what was added, changed and removed', () => {
    const after = snapshotOf([resource('c', 'a', '2'), resource('c', 'c'), resource('k', 'new')]);
    const shown = [...difference(before, after)].map(([type, { added, changed, removed }]) => [
      type,
      ...[added, changed, removed].map((resources) => resources.map((each) => each.name).join()),
    ]);
    expect(shown).toEqual([
      ['c', 'c', 'a', 'b'],
      ['r', '', '', 't'],
      ['k', 'new', '', ''],
    ]);
  });
});

describe('keepUnchanged()', () => {
  it('takes over the maps of unchanged types, and only those', () => {
    const after = snapshotOf([resource('c', 'a', '2'), resource('c', 'b'), resource('r', 't')]);
    const kept = keepUnchanged(before, after);
    expect(kept.resources.get('r')).toBe(before.resources.get('r'));
    expect(kept.resources.get('c')).toBe(after.resources.get('c'));
  });
});
