import { createKubeClient, type KubeClient } from '../../../../kube/client.ts';
import { errorOfAnswer } from '../../../../kube/error.ts';
import type { KubeObject, ObjectMeta } from '../../../../kube/object.ts';
import type { Call, StreamListener } from '../../../../kube/transport.ts';
import { err, ok } from '../../../../lib/result.ts';

/** What an API server does for those who read: lists, watches, refusals. No sockets, and no version is forgotten. */
export interface FakeCluster {
  readonly client: KubeClient;
  /** `GET /api/v1/namespaces/a/secrets/b`, `LIST …`, `WATCH …`. */
  readonly calls: string[];
  /** By the path of the collection: `/api/v1/namespaces/a/secrets`. */
  put(collection: string, object: NewObject): void;
  remove(collection: string, name: string): void;
  /** From now on calls to paths that match get this status; 200 again ends it. */
  refuse(path: RegExp, status: number): void;
}

export interface NewObject {
  readonly metadata: Partial<ObjectMeta> & { readonly name: string };
  readonly [field: string]: unknown;
}

interface Event {
  readonly version: number;
  readonly collection: string;
  readonly line: string;
}

interface Watcher {
  readonly path: string;
  readonly listener: StreamListener;
}

export function fakeCluster(): FakeCluster {
  const collections = new Map<string, Map<string, KubeObject>>();
  const watchers = new Set<Watcher>();
  const refusals = new Map<string, { readonly path: RegExp; readonly status: number }>();
  const calls: string[] = [];
  const events: Event[] = [];
  let version = 100;

  /** A path without a namespace shows those of all namespaces. */
  function isIn(collection: string, path: string): boolean {
    return collection === path || collection.replace(/\/namespaces\/[^/]+(?=\/)/, '') === path;
  }

  function tell(type: string, collection: string, object: KubeObject): void {
    const line = JSON.stringify({ type, object });
    events.push({ version, collection, line });
    for (const { path, listener } of watchers) if (isIn(collection, path)) listener.onLine(line);
  }

  function refusal(path: string): number | undefined {
    return [...refusals.values()].find((each) => each.path.test(path))?.status;
  }

  function answer({ path }: Call): unknown {
    const [, collection = '', name = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
    const one = collections.get(collection)?.get(name);
    if (one !== undefined) return one;
    const isNamed = collections.has(collection) || /\/namespaces\/[^/]+\/[^/]+\/[^/]+$/.test(path);
    if (isNamed) return undefined;
    const found = [...collections].filter(([key]) => isIn(key, path)).flatMap(([, objects]) => [...objects.values()]);
    return { metadata: { resourceVersion: String(version) }, items: found };
  }

  const client = createKubeClient('https://fake', {
    async call(call) {
      const found = answer(call);
      const isList = found !== undefined && typeof found === 'object' && found !== null && 'items' in found;
      calls.push(`${isList ? 'LIST' : 'GET'} ${call.path}`);
      await new Promise((resolve) => setImmediate(resolve));
      const status = refusal(call.path) ?? (found === undefined ? 404 : 200);
      return status === 200 ? ok(structuredClone(found)) : err(errorOfAnswer(status, undefined, undefined));
    },
    stream({ path, query }, listener) {
      calls.push(`WATCH ${path}`);
      const watcher = { path, listener };
      setImmediate(() => {
        const status = refusal(path);
        if (status !== undefined) return listener.onEnd(errorOfAnswer(status, undefined, undefined));
        watchers.add(watcher);
        listener.onOpen();
        for (const event of events) {
          if (event.version > Number(query?.resourceVersion) && isIn(event.collection, path))
            listener.onLine(event.line);
        }
      });
      return { close: () => watchers.delete(watcher) };
    },
    close: () => watchers.clear(),
  });

  return {
    client,
    calls,
    put(collection, object) {
      const objects = collections.get(collection) ?? new Map<string, KubeObject>();
      collections.set(collection, objects);
      const { name } = object.metadata;
      const namespace = /\/namespaces\/([^/]+)\//.exec(collection)?.[1];
      const resourceVersion = String(++version);
      const metadata = { uid: `uid-${name}`, ...(namespace && { namespace }), ...object.metadata, resourceVersion };
      const stored: KubeObject = { ...object, metadata };
      const type = objects.has(name) ? 'MODIFIED' : 'ADDED';
      objects.set(name, stored);
      tell(type, collection, stored);
    },
    remove(collection, name) {
      const object = collections.get(collection)?.get(name);
      if (object === undefined) return;
      collections.get(collection)?.delete(name);
      tell('DELETED', collection, { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } });
    },
    refuse(path, status) {
      if (status === 200) refusals.delete(path.source);
      else refusals.set(path.source, { path, status });
    },
  };
}
