import type { KubeObject } from './object.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Without what tools wrote for themselves: it doubles or triples the size, and repeats the data of Secrets. */
export function withoutNoise(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata as KubeObject['metadata'] & { managedFields?: unknown };
  if (metadata.annotations?.[lastApplied] === undefined) return { ...object, metadata };
  const { [lastApplied]: __, ...annotations } = metadata.annotations;
  return { ...object, metadata: { ...metadata, annotations } };
}
