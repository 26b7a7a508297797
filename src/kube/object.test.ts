import { describe, expect, it } from 'vitest';
import { pathOf } from './object.ts';

const models = { group: 'sluice.dev', version: 'v1alpha1', plural: 'models' };

describe('pathOf()', () => {
  it.each([
    [{ ...models }, undefined, '/apis/sluice.dev/v1alpha1/models'],
    [{ ...models, namespace: 'team-a' }, undefined, '/apis/sluice.dev/v1alpha1/namespaces/team-a/models'],
    [
      { ...models, namespace: 'team-a', name: 'small' },
      'status',
      '/apis/sluice.dev/v1alpha1/namespaces/team-a/models/small/status',
    ],
    [{ group: '', version: 'v1', plural: 'namespaces', name: 'team-a' }, undefined, '/api/v1/namespaces/team-a'],
    [
      { group: '', version: 'v1', plural: 'secrets', namespace: 'a', name: '../b' },
      undefined,
      '/api/v1/namespaces/a/secrets/..%2Fb',
    ],
  ])('%# says where an object or a collection is', (ref, subresource, path) => {
    expect(pathOf(ref, subresource)).toBe(path);
  });
});
