import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../../src/kube/client.ts';
import { isConflict, isForbidden, isNotFound, type KubeError, kubeErrorText } from '../../../src/kube/error.ts';
import type { KubeObject, ObjectRef } from '../../../src/kube/object.ts';
import { isMap } from '../../../src/policy/schema/object.ts';
import type { SelectedDefinition } from './selection.ts';

export type Applied =
  | { readonly outcome: 'created' | 'updated' | 'unchanged' }
  | {
      readonly outcome: 'failed';
      readonly sentence: string;
      /** The others would fail in the same way. */
      readonly isHopeless: boolean;
    };

export interface ApplyRule {
  /** Take over definitions of accepted kinds that somebody else installed. */
  readonly force: boolean;
  /** How long a definition may take until the API server serves it. */
  readonly patienceMs: number;
}

/**
 * Server-side apply. What another project installed under the same name is left alone unless `force` says otherwise:
 * it may know more fields than we do, and dropping those would drop them from every object.
 */
export async function applyDefinition(
  client: KubeClient,
  selected: SelectedDefinition,
  rule: ApplyRule,
): Promise<Applied> {
  const { definition, isOwn } = selected;
  const ref = refOf(definition.metadata.name);
  const before = await client.get(ref);
  if (!before.ok && !isNotFound(before.error)) return failed(before.error, ref.name, client.server);
  const applied = await client.apply(ref, definition, { force: isOwn || rule.force });
  if (!applied.ok) return failed(applied.error, ref.name, client.server);
  const trouble = await whenEstablished(client, ref, applied.value, rule.patienceMs);
  if (trouble !== undefined) return { outcome: 'failed', sentence: trouble, isHopeless: false };
  if (!before.ok) return { outcome: 'created' };
  const isSame = before.value.metadata.resourceVersion === applied.value.metadata.resourceVersion;
  return { outcome: isSame ? 'unchanged' : 'updated' };
}

function refOf(name: string): ObjectRef {
  return { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', name };
}

const pauseMs = 100;

/** Undefined once objects of the kind can be stored; otherwise what is in the way. */
async function whenEstablished(
  client: KubeClient,
  ref: ObjectRef,
  applied: KubeObject,
  patienceMs: number,
): Promise<string | undefined> {
  const deadline = performance.now() + patienceMs;
  for (let current = applied; ; ) {
    if (conditionOf(current, 'Established')?.status === 'True') return undefined;
    const names = conditionOf(current, 'NamesAccepted');
    if (names?.status === 'False') return `${ref.name} is stored, but not served: ${String(names.message)}.`;
    if (performance.now() > deadline) {
      return `${ref.name} is stored, but the API server does not serve it after ${patienceMs / 1000} s.`;
    }
    await sleep(pauseMs);
    const read = await client.get(ref);
    if (!read.ok) return `${ref.name} is stored, but cannot be read: ${kubeErrorText(read.error)}.`;
    current = read.value;
  }
}

function conditionOf(object: KubeObject, type: string): { readonly [field: string]: unknown } | undefined {
  const conditions = isMap(object.status) ? object.status.conditions : undefined;
  return Array.isArray(conditions) ? conditions.filter(isMap).find((condition) => condition.type === type) : undefined;
}

function failed(error: KubeError, name: string, server: string): Applied {
  if (isConflict(error)) {
    const owners = [...new Set([...error.message.matchAll(/conflicts? with "([^"]+)"/g)].map(([, owner]) => owner))];
    const whose = owners.length === 0 ? 'someone else' : owners.join(' and ');
    const remedy = 'Leave it alone with --include own, or take it over with --force';
    return {
      outcome: 'failed',
      sentence: `${name} was installed by ${whose} and says other things. ${remedy}.`,
      isHopeless: false,
    };
  }
  if (isForbidden(error)) {
    const needed = 'get, create and patch customresourcedefinitions in the whole cluster';
    return {
      outcome: 'failed',
      sentence: `You may not change ${name}. This needs the right to ${needed}.`,
      isHopeless: true,
    };
  }
  if (error.code === 401 || error.reason === 'Unauthenticated') {
    return { outcome: 'failed', sentence: `${server} does not know who you are: ${error.message}.`, isHopeless: true };
  }
  if (error.code === 0) {
    const sentence = `The API server ${server} does not answer: ${error.message}.`;
    return { outcome: 'failed', sentence, isHopeless: true };
  }
  return { outcome: 'failed', sentence: `${name} was not applied: ${kubeErrorText(error)}.`, isHopeless: false };
}
