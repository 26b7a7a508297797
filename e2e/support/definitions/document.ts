import type { ObjectRef } from '../../../src/kube/object.ts';
import { customResourceDefinition, definedKinds } from '../../../src/policy/crd/definition.ts';
import { type Kind, kinds } from '../../../src/policy/kinds.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { testNow } from '../../../src/policy/testing/documents.ts';
import type { FieldSchema } from './fields.ts';

/** The kinds whose definitions are ours, or are made here. */
export const published: readonly Kind[] = [...definedKinds('own'), ...definedKinds('accepted')];

export interface KindDocument {
  readonly apiVersion: string;
  readonly kind: Kind;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: unknown;
}

export function documentOf(kind: Kind, spec: unknown, name = 'example'): KindDocument {
  return { apiVersion: kinds[kind].apiVersion, kind, metadata: { name, namespace: 'default' }, spec };
}

export function refOf({ apiVersion, kind, metadata }: KindDocument): ObjectRef {
  const { group, plural, scope } = kinds[kind];
  const namespace = scope === 'Namespaced' ? { namespace: metadata.namespace } : {};
  return { group, version: apiVersion.slice(group.length + 1), plural, name: metadata.name, ...namespace };
}

/** By name of the version, what an API server is told of a kind. */
export function schemasOf(kind: Kind): ReadonlyMap<string, FieldSchema> {
  return new Map(
    customResourceDefinition(kind).spec.versions.map((version) => {
      const { name, schema } = version as { name: string; schema: { openAPIV3Schema: FieldSchema } };
      return [`${kinds[kind].group}/${name}`, schema.openAPIV3Schema];
    }),
  );
}

function parsed(document: unknown) {
  return parseDocuments(JSON.stringify(document), 'a.json', '/', { now: testNow });
}

export function complaintsOfParser(document: unknown): readonly string[] {
  const errors = parsed(document).problems.filter(({ severity }) => severity === 'error');
  return errors.map(({ path, message }) => `${path} ${message}`);
}

/** What our parser makes of it. */
export function meaning(document: unknown): unknown {
  return parsed(document).documents.map(({ spec }) => spec);
}
