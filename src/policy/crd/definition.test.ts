import { describe, expect, it } from 'vitest';
import { kinds, printableKinds } from '../kinds.ts';
import { isMap } from '../schema/object.ts';
import { customResourceDefinition, definedKinds } from './definition.ts';

const published = [...definedKinds('own'), ...definedKinds('accepted')];

describe('customResourceDefinition', () => {
  it('makes our own kinds and those that we accept, and none of Kubernetes or Gateway API', () => {
    expect(definedKinds('own')).toContain('Provider');
    expect(published.filter((kind) => kinds[kind].definition === 'elsewhere')).toEqual([]);
    expect(published).not.toContain('Gateway');
  });

  it.each(published)('%s: one version is stored, the others are deprecated', (kind) => {
    const { spec } = customResourceDefinition(kind);
    const [stored, ...older] = spec.versions;
    expect(stored).toMatchObject({ name: kinds[kind].versions[0], served: true, storage: true });
    expect(stored).not.toHaveProperty('deprecated');
    for (const version of older) expect(version).toMatchObject({ served: true, storage: false, deprecated: true });
    expect(spec.conversion).toEqual({ strategy: 'None' });
  });

  it.each(published)('%s: every field says what it is for', (kind) => {
    const { versions } = customResourceDefinition(kind).spec;
    const silent = versions.flatMap((version) => [...undescribed(version.schema, '')]);
    expect(silent).toEqual([]);
  });

  it.each(published)('%s: has the status subresource, with conditions by type', (kind) => {
    for (const version of customResourceDefinition(kind).spec.versions) {
      expect(version.subresources).toEqual({ status: {} });
      expect(JSON.stringify(version)).toContain('"x-kubernetes-list-map-keys":["type"]');
    }
  });

  it.each(published)('%s: has a short name, and comes with others by a category', (kind) => {
    for (const names of [kinds[kind].shortNames, kinds[kind].categories]) expect(names).toHaveLength(1);
  });

  it('keeps names and short names apart from each other', () => {
    const names = printableKinds.flatMap((kind) => [kinds[kind].plural, ...(kinds[kind].shortNames ?? [])]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

function* undescribed(schema: unknown, path: string): Generator<string> {
  if (!isMap(schema)) return;
  const root = schema.openAPIV3Schema ?? schema;
  if (!isMap(root)) return;
  if (isMap(root.properties)) {
    for (const [name, field] of Object.entries(root.properties)) {
      if (!isMap(field)) continue;
      if (typeof field.description !== 'string' && name !== 'metadata') yield `${path}.${name}`;
      yield* undescribed(field, `${path}.${name}`);
    }
  }
  yield* undescribed(root.items, `${path}[]`);
  yield* undescribed(root.additionalProperties, `${path}.*`);
}
