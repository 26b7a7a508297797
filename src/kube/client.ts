import { err, ok, type Result } from '../lib/result.ts';
import { type ConnectionOptions, connect } from './connection.ts';
import { isRecord, type KubeError, kubeError } from './error.ts';
import { type KubeObject, type ObjectRef, type Place, pathOf } from './object.ts';
import { type Call, createTransport, type Transport } from './transport.ts';

/** How others know what we wrote. */
const fieldManager = 'sluice';

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** At most so many; `continue` of the answer gives the next ones. */
  readonly limit?: number;
  readonly continue?: string;
  /** Only `metadata` of each object comes: nothing of a Secret leaves the API server. */
  readonly metadataOnly?: boolean;
}

export interface ObjectList {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  /** Absent: these are all, or the last ones. */
  readonly continue?: string;
}

export interface CallLimit {
  /** Default: the client's. */
  readonly timeoutMs?: number;
}

export interface WriteOptions extends CallLimit {
  /** `status`, `scale`. */
  readonly subresource?: string;
  /** The API server checks and answers as usual, and stores nothing. */
  readonly dryRun?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  /** Default `sluice`. */
  readonly fieldManager?: string;
  /** Takes fields over that others have set. Default true: a controller knows what it wants. */
  readonly force?: boolean;
}

export interface DeleteOptions {
  /** Only this very object, not one that has its name since. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

type Answer<T> = Promise<Result<T, KubeError>>;

/** One API server, any kind. Errors are values, every call has a time limit, no text holds a credential. */
export interface KubeClient {
  readonly server: string;
  /** That the configuration names: the pod's own, or that of the context. */
  readonly namespace?: string;
  get(ref: ObjectRef, options?: CallLimit): Answer<KubeObject>;
  list(place: Place, options?: ListOptions): Answer<ObjectList>;
  /** The place alone: the name stands in the object, or is made by the API server. */
  create(place: Place, object: unknown, options?: WriteOptions): Answer<KubeObject>;
  /** With a `resourceVersion` in the object it fails with `Conflict` if somebody else was faster. */
  replace(ref: ObjectRef, object: unknown, options?: WriteOptions): Answer<KubeObject>;
  /** Server-side apply: what the object says becomes so; what it stops saying goes; fields of others stay. */
  apply(ref: ObjectRef, object: unknown, options?: ApplyOptions): Answer<KubeObject>;
  /** JSON merge patch; with `metadata.resourceVersion` in it, it fails with `Conflict` if somebody else was faster. */
  patch(ref: ObjectRef, patch: unknown, options?: WriteOptions): Answer<KubeObject>;
  /** JSON merge patch of `status`. A resource version makes it fail with `Conflict` if somebody else was faster. */
  patchStatus(ref: ObjectRef, status: unknown, options?: { readonly resourceVersion?: string }): Answer<KubeObject>;
  delete(ref: ObjectRef, options?: DeleteOptions): Answer<void>;
  /** Anything else, such as `/version` or `/apis/sluice.dev`. */
  raw(path: string): Answer<unknown>;
  readonly transport: Transport;
  close(): void;
}

export interface ClientOptions extends ConnectionOptions {
  /** Of every call but lists and watches. Default 10 s. */
  readonly timeoutMs?: number;
  /** Shown in the audit log. Default `sluice`. */
  readonly userAgent?: string;
}

/** The client of a pod's own cluster, or of the one that a kubeconfig names. It has called nobody yet. */
export async function connectKubeClient(options: ClientOptions = {}): Promise<Result<KubeClient>> {
  const connection = await connect(options);
  if (!connection.ok) return connection;
  const { server, namespace } = connection.value;
  const transport = createTransport(connection.value, options.userAgent ?? 'sluice');
  const client = createKubeClient(server, transport, options.timeoutMs);
  return ok(namespace === undefined ? client : { ...client, namespace });
}

/** Pages of a list can be large, and an API server that is starting takes its time. */
const listTimeoutMs = 30_000;

export function createKubeClient(server: string, transport: Transport, timeoutMs = 10_000): KubeClient {
  const object = async (call: Omit<Call, 'timeoutMs'>, limit: CallLimit = {}): Answer<KubeObject> => {
    const answer = await transport.call({ ...call, timeoutMs: limit.timeoutMs ?? timeoutMs });
    if (!answer.ok) return answer;
    return isObject(answer.value) ? ok(answer.value) : err(unreadable(call));
  };
  const write = ({ dryRun }: WriteOptions): Call['query'] => ({ dryRun: dryRun ? 'All' : undefined });
  const mergePatch: KubeClient['patch'] = (ref, body, options = {}) =>
    object(
      {
        method: 'PATCH',
        path: pathOf(ref, options.subresource),
        query: { ...write(options), fieldManager },
        contentType: 'application/merge-patch+json',
        body,
      },
      options,
    );
  return {
    server,
    transport,
    get: (ref, options) => object({ method: 'GET', path: pathOf(ref) }, options),
    async list(place, options = {}) {
      const { metadataOnly, ...query } = options;
      const accept = metadataOnly === true ? metadataOnlyList : undefined;
      const call = { method: 'GET', path: pathOf(place), query, ...(accept && { accept }) } as const;
      const answer = await transport.call({ ...call, timeoutMs: Math.max(timeoutMs, listTimeoutMs) });
      if (!answer.ok) return answer;
      const list = listOf(answer.value);
      return list === undefined ? err(unreadable(call)) : ok(list);
    },
    create: (place, body, options = {}) =>
      object(
        {
          method: 'POST',
          path: pathOf(place, options.subresource),
          query: { ...write(options), fieldManager },
          body,
        },
        options,
      ),
    replace: (ref, body, options = {}) =>
      object(
        {
          method: 'PUT',
          path: pathOf(ref, options.subresource),
          query: { ...write(options), fieldManager },
          body,
        },
        options,
      ),
    apply: (ref, body, options = {}) =>
      object(
        {
          method: 'PATCH',
          path: pathOf(ref, options.subresource),
          query: {
            ...write(options),
            fieldManager: options.fieldManager ?? fieldManager,
            force: options.force ?? true,
          },
          contentType: 'application/apply-patch+yaml',
          body,
        },
        options,
      ),
    patch: mergePatch,
    patchStatus: (ref, status, { resourceVersion } = {}) =>
      mergePatch(ref, { ...(resourceVersion && { metadata: { resourceVersion } }), status }, { subresource: 'status' }),
    async delete(ref, { uid, resourceVersion, propagation } = {}) {
      const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions,
        ...(propagation && { propagationPolicy: propagation }),
      };
      const answer = await transport.call({ method: 'DELETE', path: pathOf(ref), body, timeoutMs });
      return answer.ok ? ok(undefined) : answer;
    },
    raw: (path) => transport.call({ method: 'GET', path, timeoutMs }),
    close: transport.close,
  };
}

const metadataOnlyList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
export const metadataOnlyObject = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

export function isObject(value: unknown): value is KubeObject {
  if (!isRecord(value)) return false;
  // What reviews answer has metadata without a name.
  return isRecord(value.metadata);
}

function listOf(value: unknown): ObjectList | undefined {
  if (!isRecord(value) || !isRecord(value.metadata)) return undefined;
  const items = value.items ?? [];
  if (!Array.isArray(items) || !items.every(isObject)) return undefined;
  const { resourceVersion = '', continue: next } = value.metadata;
  if (typeof resourceVersion !== 'string') return undefined;
  return { items, resourceVersion, ...(typeof next === 'string' && next !== '' && { continue: next }) };
}

function unreadable(call: Pick<Call, 'method' | 'path'>): KubeError {
  return kubeError(0, 'Unreadable', `${call.method} ${call.path}: the answer is not what was asked for`);
}
