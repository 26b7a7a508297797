import { describe, expect, it } from 'vitest';
import type { KubeObject } from './object.ts';
import { type Change, createObjectCache } from './object-cache.ts';

function object(name: string, resourceVersion: string, uid = name): KubeObject {
  return { metadata: { name, namespace: 'n', uid, resourceVersion } };
}

/** `added a@1`, with the version. */
function shown(changes: readonly Change[]): readonly string[] {
  return changes.map(({ kind, object: { metadata } }) => `${kind} ${metadata.name}@${metadata.resourceVersion}`);
}

describe('createObjectCache()', () => {
  it('says what each sight changes', () => {
    const cache = createObjectCache();
    expect(shown(cache.put(object('a', '1')))).toEqual(['added a@1']);
    expect(shown(cache.put(object('a', '1')))).toEqual([]);
    expect(shown(cache.put(object('a', '2')))).toEqual(['changed a@2']);
    expect(shown(cache.remove(object('a', '3')))).toEqual(['deleted a@2']);
    expect(shown(cache.remove(object('a', '3')))).toEqual([]);
    expect(cache.objects.size).toBe(0);
  });

  it('tells an object from its successor of the same name', () => {
    const cache = createObjectCache();
    cache.put(object('a', '1', 'old'));
    expect(shown(cache.put(object('a', '5', 'new')))).toEqual(['deleted a@1', 'added a@5']);
    expect(shown(cache.remove(object('a', '4', 'old')))).toEqual([]);
    expect(cache.objects.get('n/a')?.metadata.uid).toBe('new');
  });

  it('finds what was deleted, changed and made while nobody looked', () => {
    const cache = createObjectCache();
    cache.replaceAll([object('a', '1'), object('b', '1'), object('c', '1')]);
    const changes = cache.replaceAll([object('b', '1'), object('c', '7'), object('d', '8')]);
    expect(shown(changes)).toEqual(['changed c@7', 'added d@8', 'deleted a@1']);
    expect([...cache.objects.keys()]).toEqual(['n/b', 'n/c', 'n/d']);
  });
});
