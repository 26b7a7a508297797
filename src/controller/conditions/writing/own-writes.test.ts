import { describe, expect, it } from 'vitest';
import { objectId } from '../../object-id.ts';
import type { WatchedObject } from '../outcome.ts';
import { createOwnWrites } from './own-writes.ts';

const resource = { group: 'sluice.dev', version: 'v1alpha1', plural: 'models' };

function model(resourceVersion: string, status?: string): WatchedObject {
  const metadata = { name: 'm', namespace: 'default', uid: 'u', resourceVersion };
  return { kind: 'Model', resource, object: { metadata, ...(status !== undefined && { status }) } };
}

describe('createOwnWrites()', () => {
  it('shows the same object with what was written until the watch shows another version', () => {
    const writes = createOwnWrites();
    const watched = model('1');
    expect(writes.newest(watched)).toBe(watched);
    writes.written(watched, model('2', 'first').object);
    const newest = writes.newest(model('1'));
    expect(newest.object).toMatchObject({ status: 'first', metadata: { resourceVersion: '2' } });
    expect(writes.newest(newest)).toBe(newest);
    expect(writes.newest(model('1')).object).toBe(newest.object);

    writes.written(newest, model('3', 'second').object);
    expect(writes.newest(model('1')).object).toMatchObject({ status: 'second' });
    // Its first write has come back, the second one has not.
    expect(writes.newest(model('2', 'first')).object).toMatchObject({ status: 'second' });
    const back = model('3', 'second');
    expect(writes.newest(back)).toBe(back);
    expect(writes.newest(model('1')).object.status).toBeUndefined();
  });

  it('forgets an object that has its name since, and those that are gone', () => {
    const writes = createOwnWrites();
    writes.written(model('1'), model('2', 'first').object);
    const other = model('1');
    const successor = { ...other, object: { ...other.object, metadata: { ...other.object.metadata, uid: 'other' } } };
    expect(writes.newest(successor)).toBe(successor);
    writes.written(model('1'), model('2', 'first').object);
    writes.keepOnly(new Set([objectId(other.kind, other.object)]));
    expect(writes.newest(model('1')).object.status).toBe('first');
    writes.keepOnly(new Set());
    expect(writes.newest(model('1')).object.status).toBeUndefined();
  });
});
