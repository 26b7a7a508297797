import type { KubeClient } from '../../../kube/client.ts';
import { isForbidden, isNotFound, type KubeError } from '../../../kube/error.ts';
import type { KubeObject, Resource } from '../../../kube/object.ts';
import { type Reflector, startReflector } from '../../../kube/reflector.ts';
import { type BackOff, backOffMs } from '../../../lib/back-off.ts';
import { getOrCreate } from '../../../lib/get-or-create.ts';

/** What is known of an object that was asked for. */
export type Reference<T> =
  | { readonly kind: 'present'; readonly value: T; readonly uid: string; readonly version: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unread' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface ReferencesOptions<T> {
  readonly client: KubeClient;
  readonly resource: Resource;
  /** What of it is wanted. */
  value(object: KubeObject): T;
  isEqual(a: T, b: T): boolean;
  /** Something that was asked for is another one now, or is there or gone now. */
  onChange(): void;
  onError(error: KubeError): void;
  /** What nobody asked for is forgotten after so long. Default a minute: a document that is broken for a while asks again. */
  readonly forgetMs?: number;
}

export interface References<T> {
  /** What is known, at once. What is not known yet is remembered as asked for. */
  ask(namespace: string, name: string): Reference<T>;
  /** Reads what was asked for and is not known. Whether there was any. */
  complete(): Promise<boolean>;
  /** All that are there, by `namespace/name`, for what is kept on disk. */
  present(): ReadonlyMap<string, Extract<Reference<T>, { kind: 'present' }>>;
  /** What was known before a restart; holds until something newer is known. */
  seed(key: string, reference: Extract<Reference<T>, { kind: 'present' }>): void;
  staleSince(): number | undefined;
  close(): void;
}

interface Entry<T> {
  readonly namespace: string;
  readonly name: string;
  reference: Reference<T>;
  askedAt: number;
  reading: Promise<void> | undefined;
  /** It has changed again while it was being read. */
  isOutdated: boolean;
  failures: number;
  retry: NodeJS.Timeout | undefined;
}

const retryPause: BackOff = { firstMs: 500, maxMs: 30_000 };
/** Of one reading, since everything that is built waits for it. */
const readMs = 4_000;

/**
 * Objects of one kind that documents refer to, and no others: each is read by its name, and in each namespace that has
 * any, one watch of nothing but metadata tells when to read it again. What nobody refers to never leaves the API server.
 */
export function createReferences<T>(options: ReferencesOptions<T>): References<T> {
  const { client, resource, forgetMs = 60_000 } = options;
  const entries = new Map<string, Entry<T>>();
  const seeds = new Map<string, Extract<Reference<T>, { kind: 'present' }>>();
  const watches = new Map<string, Reflector>();
  let isClosed = false;

  function create(namespace: string, name: string): Entry<T> {
    const reference = seeds.get(`${namespace}/${name}`) ?? ({ kind: 'unread' } as const);
    if (!watches.has(namespace)) watches.set(namespace, watch(namespace));
    return {
      namespace,
      name,
      reference,
      askedAt: 0,
      reading: undefined,
      isOutdated: false,
      failures: 0,
      retry: undefined,
    };
  }

  function watch(namespace: string): Reflector {
    const reflector = startReflector({
      client,
      place: { ...resource, namespace },
      metadataOnly: true,
      // Annotations may repeat what a Secret holds.
      keep: ({ metadata: { name, uid, resourceVersion } }) => ({
        metadata: { name, namespace, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
      }),
      onChanges(changes) {
        for (const { object } of changes) compare(entries.get(`${namespace}/${object.metadata.name}`), reflector);
      },
      onSync: () => compareAll(namespace, reflector),
      onError(error) {
        options.onError(error);
        // Without permission to watch, those that matter are looked at whenever the watch is tried again.
        if (isForbidden(error)) for (const entry of entriesOf(namespace)) void read(entry);
      },
    });
    return reflector;
  }

  function entriesOf(namespace: string): readonly Entry<T>[] {
    return [...entries.values()].filter((entry) => entry.namespace === namespace);
  }

  function compareAll(namespace: string, reflector: Reflector): void {
    for (const entry of entriesOf(namespace)) compare(entry, reflector);
  }

  /** Reads again what the watch shows in another version than the one that is known. */
  function compare(entry: Entry<T> | undefined, reflector: Reflector): void {
    if (entry !== undefined && !isCurrent(entry, reflector)) void read(entry);
  }

  function isCurrent({ namespace, name, reference }: Entry<T>, reflector: Reflector | undefined): boolean {
    const seen = reflector?.objects.get(`${namespace}/${name}`)?.metadata;
    if (reference.kind === 'present') return seen?.uid === reference.uid && seen.resourceVersion === reference.version;
    return seen === undefined && reference.kind === 'absent';
  }

  function read(entry: Entry<T>): Promise<void> {
    if (entry.reading !== undefined) {
      entry.isOutdated = true;
      return entry.reading;
    }
    entry.reading = readUntilCurrent(entry).finally(() => {
      entry.reading = undefined;
    });
    return entry.reading;
  }

  async function readUntilCurrent(entry: Entry<T>): Promise<void> {
    do {
      entry.isOutdated = false;
      clearTimeout(entry.retry);
      const { namespace, name } = entry;
      const answer = await client.get({ ...resource, namespace, name }, { timeoutMs: readMs });
      if (isClosed) return;
      if (answer.ok) {
        const { uid = '', resourceVersion: version = '' } = answer.value.metadata;
        put(entry, { kind: 'present', value: options.value(answer.value), uid, version });
      } else if (isNotFound(answer.error)) put(entry, { kind: 'absent' });
      else failed(entry, answer.error);
      // What was being read may already have been what the watch then told of.
    } while (entry.isOutdated && !isCurrent(entry, watches.get(entry.namespace)));
  }

  function put(entry: Entry<T>, reference: Reference<T>): void {
    const before = entry.reference;
    entry.failures = 0;
    entry.reference = reference;
    seeds.delete(`${entry.namespace}/${entry.name}`);
    // What was never known is told by `complete`, or else everything would be built twice.
    if (before.kind === 'unread' || !isAsked(entry)) return;
    if (before.kind === 'present' && reference.kind === 'present' && options.isEqual(before.value, reference.value))
      return;
    if (before.kind !== 'present' && before.kind === reference.kind) return;
    options.onChange();
  }

  function failed(entry: Entry<T>, error: KubeError): void {
    options.onError(error);
    entry.failures++;
    if (entry.reference.kind !== 'present') entry.reference = { kind: 'failed', reason: error.reason };
    entry.retry = setTimeout(() => void read(entry), backOffMs(retryPause, entry.failures, Math.random()));
  }

  function isAsked(entry: Entry<T>): boolean {
    return entries.get(`${entry.namespace}/${entry.name}`) === entry;
  }

  function forget(now: number): void {
    for (const [key, entry] of entries) {
      if (now - entry.askedAt < forgetMs) continue;
      clearTimeout(entry.retry);
      entries.delete(key);
    }
    const needed = new Set([...entries.values()].map((entry) => entry.namespace));
    for (const [namespace, reflector] of watches) {
      if (needed.has(namespace)) continue;
      reflector.close();
      watches.delete(namespace);
    }
  }

  return {
    ask(namespace, name) {
      const entry = getOrCreate(entries, `${namespace}/${name}`, () => create(namespace, name));
      entry.askedAt = performance.now();
      return entry.reference;
    },
    async complete() {
      const unread = [...entries.values()].filter((entry) => entry.reference.kind === 'unread');
      if (unread.length === 0) {
        forget(performance.now());
        return false;
      }
      await inTurns(unread, 8, read);
      return true;
    },
    present() {
      const present = new Map(seeds);
      for (const [key, { reference }] of entries) if (reference.kind === 'present') present.set(key, reference);
      return present;
    },
    seed(key, reference) {
      seeds.set(key, reference);
    },
    staleSince: () => earliest([...watches.values()].map((reflector) => reflector.staleSince())),
    close() {
      isClosed = true;
      for (const entry of entries.values()) clearTimeout(entry.retry);
      for (const reflector of watches.values()) reflector.close();
      entries.clear();
      seeds.clear();
    },
  };
}

async function inTurns<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

export function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
