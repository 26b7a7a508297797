import type { ParentReference } from '../../model/build/attachment.ts';
import { type Fields, fieldsOf, listOf, textOf } from './fields.ts';
import type { WatchedObject } from './outcome.ts';

/** The parents of a route or the targets of a policy as its object names them, readable or not otherwise. */
export function referencesIn({ object }: WatchedObject): readonly ParentReference[] {
  const spec = fieldsOf(object.spec);
  const namespace = object.metadata.namespace ?? '';
  // Policies of Envoy Gateway have also known a single target.
  const single = spec.targetRef === undefined ? [] : [fieldsOf(spec.targetRef)];
  return [...listOf(spec.parentRefs), ...listOf(spec.targetRefs), ...single].flatMap((ref) =>
    reference(ref, namespace),
  );
}

function reference(ref: Fields, namespace: string): ParentReference[] {
  const name = textOf(ref.name);
  if (name === undefined) return [];
  const sectionName = textOf(ref.sectionName);
  return [
    {
      group: typeof ref.group === 'string' ? ref.group : 'gateway.networking.k8s.io',
      kind: textOf(ref.kind) ?? 'Gateway',
      namespace: textOf(ref.namespace) ?? namespace,
      name,
      ...(sectionName !== undefined && { sectionName }),
      ...(typeof ref.port === 'number' && { port: ref.port }),
    },
  ];
}

/** Equal for references to the same. */
export function referenceKey({ group, kind, namespace, name, sectionName, port }: ParentReference): string {
  return JSON.stringify([group, kind, namespace, name, sectionName ?? '', port ?? 0]);
}

/** How messages name it. */
export function referenceText({ kind, namespace, name, sectionName }: ParentReference): string {
  return `${kind} ${namespace}/${name}${sectionName === undefined ? '' : `, ${sectionName}`}`;
}
