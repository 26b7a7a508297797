import { describe, expect, it } from 'vitest';
import { collectionVersion, versionOf } from './version.ts';

const a = { name: 'a', version: '1' };
const b = { name: 'b', version: '2' };

describe('versionOf()', () => {
  it('does not depend on the order', () => {
    expect(versionOf([a, b])).toBe(versionOf([b, a]));
  });

  it('tells other names, other versions and other numbers of resources apart', () => {
    const all = [
      [],
      [a],
      [a, b],
      [a, { ...b, version: '3' }],
      [a, { ...b, name: 'c' }],
      [{ name: 'a 1', version: '' }],
    ];
    expect(new Set(all.map(versionOf)).size).toBe(all.length);
  });
});

describe('collectionVersion()', () => {
  it('is that of the resources', () => {
    expect(
      collectionVersion(
        new Map([
          ['b', b],
          ['a', a],
        ]),
      ),
    ).toBe(versionOf([a, b]));
  });
});
