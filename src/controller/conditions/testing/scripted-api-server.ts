import { type KubeError, kubeError } from '../../../kube/error.ts';
import type { KubeObject, ObjectRef } from '../../../kube/object.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { type Fields, fieldsOf } from '../fields.ts';
import type { WatchedObject } from '../outcome.ts';

const models = { group: 'sluice.dev', version: 'v1alpha1', plural: 'models' };

/** Models that live in memory, with resource versions as the API server keeps them, and failures on request. */
export function scriptedApiServer(names: readonly string[]) {
  const objects = new Map<string, KubeObject>();
  let version = 0;
  let made = 0;
  let failure: ((ref: ObjectRef) => KubeError | undefined) | undefined;
  let pruned = (status: Fields): Fields => status;
  const calls: string[] = [];
  let running = 0;
  let mostAtOnce = 0;
  const put = (name: string, change: Partial<KubeObject>): void => {
    const before = objects.get(name);
    const metadata = {
      name,
      namespace: 'default',
      uid: `${name}-${made}`,
      generation: 1,
      ...before?.metadata,
      ...change.metadata,
    };
    const resourceVersion = String(++version);
    objects.set(name, { spec: {}, ...before, ...change, metadata: { ...metadata, resourceVersion } });
  };
  for (const name of names) put(name, {});
  return {
    calls,
    put,
    mostAtOnce: () => mostAtOnce,
    /** What is put under its name after that is another one. */
    remove(name: string) {
      made += 1;
      objects.delete(name);
    },
    status: (name: string) => fieldsOf(objects.get(name)?.status),
    /** What the schema keeps of a status. */
    prune(next: typeof pruned) {
      pruned = next;
    },
    fail(next: typeof failure) {
      failure = next;
    },
    /** What a watch shows now. */
    watched: (): WatchedObject[] =>
      [...objects.values()].map((object) => ({ kind: 'Model', resource: models, object })),
    client: {
      async patchStatus(ref: ObjectRef, status: unknown, options: { resourceVersion?: string } = {}) {
        calls.push(ref.name);
        mostAtOnce = Math.max(mostAtOnce, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        return answer(ref, status, options.resourceVersion);
      },
    },
  };

  function answer(ref: ObjectRef, status: unknown, resourceVersion?: string): Result<KubeObject, KubeError> {
    const wanted = failure?.(ref);
    if (wanted !== undefined) return err(wanted);
    const before = objects.get(ref.name);
    if (before === undefined) return err(kubeError(404, 'NotFound', 'not found'));
    if (resourceVersion !== before.metadata.resourceVersion) return err(kubeError(409, 'Conflict', 'modified'));
    put(ref.name, { status: pruned({ ...fieldsOf(before.status), ...fieldsOf(status) }) });
    const after = objects.get(ref.name);
    return after === undefined ? err(kubeError(404, 'NotFound', 'not found')) : ok(after);
  }
}
