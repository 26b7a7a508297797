import { isDeepStrictEqual } from 'node:util';
import type { KubeClient } from '../../src/kube/client.ts';
import { type KubeError, kubeError } from '../../src/kube/error.ts';
import { type KubeObject, type ObjectRef, pathOf } from '../../src/kube/object.ts';
import { err, ok, type Result } from '../../src/lib/result.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Objects in memory that are applied to as to an API server, as far as one applier notices: what it applies replaces what
 * it applied before, what is no change has no new version, and somebody else's change takes a field from it.
 */
export function scriptedObjects() {
  const objects = new Map<string, KubeObject>();
  const calls: string[] = [];
  let version = 0;
  let uid = 0;
  let failure: ((call: string, body?: unknown) => KubeError | undefined) | undefined;

  const put = (key: string, body: Fields, own: unknown): KubeObject => {
    const before = objects.get(key);
    const metadata = {
      ...(body.metadata as Fields),
      uid: before?.metadata.uid ?? `uid-${++uid}`,
      resourceVersion: String(++version),
      managedFields: [{ manager: 'sluice', operation: 'Apply', fieldsV1: own }],
    };
    const object = { status: before?.status, ...body, metadata } as unknown as KubeObject;
    objects.set(key, object);
    return object;
  };
  const own = (object: KubeObject): unknown =>
    (object.metadata as unknown as { managedFields: { fieldsV1: unknown }[] }).managedFields[0]?.fieldsV1;

  const client: Pick<KubeClient, 'get' | 'apply' | 'patch' | 'delete'> = {
    async get(ref) {
      const failed = called('GET', ref);
      const object = objects.get(pathOf(ref));
      return failed ?? (object === undefined ? err(kubeError(404, 'NotFound', 'not found')) : ok(object));
    },
    async apply(ref, body, options = {}) {
      const { fieldManager, dryRun = false } = options;
      const verb = dryRun ? 'TRY' : fieldManager === undefined ? 'APPLY' : `APPLY as ${fieldManager}`;
      const failed = called(verb, ref, body);
      if (failed !== undefined) return failed;
      const { uid: of, ...metadata } = (body as Fields).metadata as Fields;
      const applied = { ...(body as Fields), metadata };
      const refusal = of === undefined ? undefined : refusedFor(of, objects.get(pathOf(ref)));
      if (refusal !== undefined) return err(refusal);
      if (dryRun) return ok(body as KubeObject);
      const other = objects.get(pathOf(ref));
      if (fieldManager !== undefined && other !== undefined) return ok(other);
      const before = objects.get(pathOf(ref));
      if (before !== undefined && isDeepStrictEqual(own(before), applied)) return ok(before);
      return ok(put(pathOf(ref), applied, applied));
    },
    async patch(ref, body) {
      const failed = called('PATCH', ref, body);
      const before = objects.get(pathOf(ref));
      if (failed !== undefined || before === undefined) return failed ?? err(kubeError(404, 'NotFound', 'not found'));
      return ok(put(pathOf(ref), { ...before, spec: (body as Fields).spec }, own(before)));
    },
    async delete(ref) {
      const failed = called('DELETE', ref);
      if (failed !== undefined) return failed;
      objects.delete(pathOf(ref));
      return ok(undefined);
    },
  };

  function called(verb: string, ref: ObjectRef, body?: unknown): Result<never, KubeError> | undefined {
    const call = `${verb} ${ref.plural} ${ref.namespace}/${ref.name}`;
    calls.push(call);
    const failed = failure?.(call, body);
    return failed === undefined ? undefined : err(failed);
  }

  return {
    client,
    objects,
    /** Since the last time. */
    calls: (): readonly string[] => calls.splice(0),
    fail(next: typeof failure) {
      failure = next;
    },
    /** Somebody else writes it: a change of what was applied takes that away from the applier. */
    change(path: string, change: Fields, isOurs: boolean) {
      const before = objects.get(path);
      if (before === undefined) throw new Error(`there is no ${path}, only ${[...objects.keys()].join(', ')}`);
      put(path, { ...before, ...change }, isOurs ? { changed: change } : own(before));
    },
    create: (path: string, body: Fields) => put(path, body, {}),
  };
}

/** In the words of the API server. */
function refusedFor(uid: unknown, there: KubeObject | undefined): KubeError | undefined {
  if (there === undefined) return kubeError(409, 'Conflict', 'uid mismatch: no existing object was found');
  if (there.metadata.uid === uid) return undefined;
  return kubeError(422, 'Invalid', `metadata.uid: Invalid value: "${uid}": field is immutable`);
}
