import type { KubeClient } from '../../../kube/client.ts';
import { isForbidden, isNotFound, type KubeError } from '../../../kube/error.ts';
import type { KubeObject, Resource } from '../../../kube/object.ts';
import { type Reflector, startReflector } from '../../../kube/reflector.ts';
import { getOrCreate } from '../../../lib/get-or-create.ts';
import type { Result } from '../../../lib/result.ts';
import { earliest } from './earliest.ts';
import { createReadingAgain, type ReadingAgain } from './reading-again.ts';
import { isAsSeen, isNews, type PresentReference, type Reference } from './reference.ts';

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
  present(): ReadonlyMap<string, PresentReference<T>>;
  /** What was known before a restart; holds until something newer is known. */
  seed(key: string, reference: PresentReference<T>): void;
  staleSince(): number | undefined;
  close(): void;
}

interface Entry<T> {
  readonly namespace: string;
  readonly name: string;
  reference: Reference<T>;
  askedAt: number;
  readonly reading: ReadingAgain;
}

/** Of one reading, since everything that is built waits for it. */
const readMs = 4_000;

/**
 * Objects of one kind that documents refer to, and no others: each is read by its name, and in each namespace that has
 * any, one watch of nothing but metadata tells when to read it again. What nobody refers to never leaves the API server.
 */
export function createReferences<T>(options: ReferencesOptions<T>): References<T> {
  const { client, resource, forgetMs = 60_000 } = options;
  const entries = new Map<string, Entry<T>>();
  const seeds = new Map<string, PresentReference<T>>();
  const watches = new Map<string, Reflector>();
  /** Whatever was asked for last before this, the last build has not asked for. */
  let builtSince = Number.NEGATIVE_INFINITY;
  let builtAt = Number.NEGATIVE_INFINITY;
  let forgetting: NodeJS.Timeout | undefined;

  function create(namespace: string, name: string): Entry<T> {
    getOrCreate(watches, namespace, () => watch(namespace));
    const entry: Entry<T> = {
      namespace,
      name,
      reference: seeds.get(keyOf(namespace, name)) ?? { kind: 'unread' },
      askedAt: 0,
      reading: createReadingAgain({
        read: () => client.get({ ...resource, namespace, name }, { timeoutMs: readMs }),
        take: (answer) => take(entry, answer),
        isCurrent: () => isCurrent(entry),
      }),
    };
    return entry;
  }

  function watch(namespace: string): Reflector {
    return startReflector({
      client,
      place: { ...resource, namespace },
      metadataOnly: true,
      // Annotations may repeat what a Secret holds.
      keep: ({ metadata: { name, uid, resourceVersion } }) => ({
        metadata: { name, namespace, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
      }),
      onChanges(changes) {
        for (const { object } of changes) {
          const entry = entries.get(keyOf(namespace, object.metadata.name));
          if (entry !== undefined) compare(entry);
        }
      },
      onSync() {
        for (const entry of entriesOf(namespace)) compare(entry);
      },
      onError(error) {
        options.onError(error);
        // Without permission to watch, those that matter are looked at whenever the watch is tried again.
        if (isForbidden(error)) for (const entry of entriesOf(namespace)) void entry.reading.look();
      },
    });
  }

  function entriesOf(namespace: string): readonly Entry<T>[] {
    return [...entries.values()].filter((entry) => entry.namespace === namespace);
  }

  /** Reads again what the watch shows in another version than the one that is known. */
  function compare(entry: Entry<T>): void {
    if (!isCurrent(entry)) void entry.reading.look();
  }

  function isCurrent({ namespace, name, reference }: Entry<T>): boolean {
    return isAsSeen(reference, watches.get(namespace)?.objects.get(keyOf(namespace, name))?.metadata);
  }

  function take(entry: Entry<T>, answer: Result<KubeObject, KubeError>): 'read' | 'failed' {
    if (answer.ok) {
      const { uid = '', resourceVersion: version = '' } = answer.value.metadata;
      put(entry, { kind: 'present', value: options.value(answer.value), uid, version });
    } else if (isNotFound(answer.error)) put(entry, { kind: 'absent' });
    else {
      options.onError(answer.error);
      // What was known holds until something newer is known.
      if (entry.reference.kind !== 'present') entry.reference = { kind: 'failed', reason: answer.error.reason };
      return 'failed';
    }
    return 'read';
  }

  function put(entry: Entry<T>, reference: Reference<T>): void {
    const before = entry.reference;
    entry.reference = reference;
    seeds.delete(keyOf(entry.namespace, entry.name));
    // What was never known is told by `complete`, or else everything would be built twice.
    if (isNews(before, reference, options.isEqual)) options.onChange();
  }

  /** A build has asked for all that it needs. Nobody may build again for days, so the time to forget is not left to that. */
  function built(): void {
    builtSince = builtAt;
    builtAt = performance.now();
    clearTimeout(forgetting);
    // A little later, so that what the build before this one has asked for is old enough then.
    forgetting = setTimeout(rest, forgetMs + 1).unref();
  }

  function rest(): void {
    // Whatever of it is of use has been asked for, and has an entry of its own.
    seeds.clear();
    forget();
  }

  function forget(): void {
    const now = performance.now();
    for (const [key, entry] of entries) {
      if (entry.askedAt > builtSince || now - entry.askedAt < forgetMs) continue;
      entry.reading.close();
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
      const entry = getOrCreate(entries, keyOf(namespace, name), () => create(namespace, name));
      entry.askedAt = performance.now();
      return entry.reference;
    },
    async complete() {
      built();
      const unread = [...entries.values()].filter((entry) => entry.reference.kind === 'unread');
      if (unread.length === 0) {
        forget();
        return false;
      }
      await inTurns(unread, 8, ({ reading }) => reading.look());
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
      clearTimeout(forgetting);
      for (const entry of entries.values()) entry.reading.close();
      for (const reflector of watches.values()) reflector.close();
      entries.clear();
      seeds.clear();
    },
  };
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

async function inTurns<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
