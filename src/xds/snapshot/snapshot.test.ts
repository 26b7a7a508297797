import { describe, expect, it } from 'vitest';
import type { Resource } from './resource.ts';
import { snapshotOf } from './snapshot.ts';
import { type TypeName, typeUrls } from './type-url.ts';

function resource(type: TypeName, name: string, version = '1', origins: readonly string[] = ['Provider/p']): Resource {
  return { typeUrl: typeUrls[type], name, version, body: Buffer.from(version), origins };
}

describe('snapshotOf()', () => {
  const before = snapshotOf([resource('cluster', 'a'), resource('route', 'r'), resource('route', 's')]);
  const named = (of: ReturnType<typeof snapshotOf>, name: string) => of.resources.get(typeUrls.route)?.get(name);

  it('keeps the map of a type in which nothing differs, and the resources of one in which something does', () => {
    const after = snapshotOf([resource('cluster', 'a'), resource('route', 'r', '2'), resource('route', 's')], before);
    expect(after.resources.get(typeUrls.cluster)).toBe(before.resources.get(typeUrls.cluster));
    expect(named(after, 's')).toBe(named(before, 's'));
    expect(named(after, 'r')?.version).toBe('2');
    expect(named(before, 'r')?.version).toBe('1');
  });

  it('takes a resource of the same content that came from other documents', () => {
    const after = snapshotOf([resource('route', 'r', '1', ['Provider/q']), resource('route', 's')], before);
    expect(named(after, 'r')?.origins).toEqual(['Provider/q']);
  });

  it('has nothing that is only in the one before', () => {
    const after = snapshotOf([resource('route', 's')], before);
    expect([...after.resources].map(([type, ofType]) => [type, [...ofType.keys()]])).toEqual([[typeUrls.route, ['s']]]);
  });
});
