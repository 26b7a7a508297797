import { type BackOff, backOffMs } from '../lib/back-off.ts';
import type { KubeClient } from './client.ts';
import type { KubeError } from './error.ts';
import { type KubeObject, type Place, pathOf } from './object.ts';
import { type Change, createObjectCache } from './object-cache.ts';
import { firstStep, nextStep, type ReflectorInput, type ReflectorStep } from './reflector-steps.ts';
import { type ObjectEvent, openWatch, type Watch } from './watch.ts';
import { withoutNoise } from './without-noise.ts';

export interface ReflectorOptions {
  readonly client: KubeClient;
  readonly place: Place;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only `metadata` is read. */
  readonly metadataOnly?: boolean;
  /** What is kept of each object. Default: all but what nobody reads, which can be most of it. */
  keep?(object: KubeObject): KubeObject;
  /** What is different now, in the order in which it happened. The first call of all holds the first complete list. */
  onChanges(changes: readonly Change[]): void;
  /** The first complete list is there, also if it is empty. Comes after its changes. */
  onSync?(): void;
  /** Something failed and will be repeated. */
  onError(error: KubeError): void;
  /** Default 500. */
  readonly pageSize?: number;
  /** Silence after which a watch is taken for dead. Default 150 s: bookmarks come every minute. */
  readonly stallMs?: number;
  /** How long a watch may take to begin. Default 10 s. */
  readonly openMs?: number;
  /** After how long the API server is to end a watch; up to twice as long. Default 300. */
  readonly watchSeconds?: number;
  /** After refusals, which an API server that is overloaded has reasons for. Default 200 ms to 20 s. */
  readonly backOff?: BackOff;
  /** While nobody answers. Default 200 ms to 3 s: API servers restart, and then everybody wants to know soon. */
  readonly outage?: BackOff;
}

/** All objects of one kind, as of now or as of when the API server was last heard. */
export interface Reflector {
  /** By `namespace/name`. */
  readonly objects: ReadonlyMap<string, KubeObject>;
  hasSynced(): boolean;
  /** Since when (milliseconds since the epoch) changes may be missed; absent: they arrive. */
  staleSince(): number | undefined;
  /** Why the last attempt failed, while it does. */
  failure(): KubeError | undefined;
  close(): void;
}

/** Lists and watches one kind, until closed; survives whatever happens to connections and to the API server. */
export function startReflector(options: ReflectorOptions): Reflector {
  const { client, place, keep = withoutNoise, pageSize = 500, stallMs = 150_000, watchSeconds = 300 } = options;
  const {
    openMs = 10_000,
    labelSelector,
    fieldSelector,
    metadataOnly = false,
    backOff = { firstMs: 200, maxMs: 20_000 },
  } = options;
  const { outage = { firstMs: 200, maxMs: 3_000 } } = options;
  const selectors = { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) };
  const cache = createObjectCache();
  let { state } = firstStep;
  let pages: KubeObject[] = [];
  let watch: Watch | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pending: Change[] = [];
  let hasSynced = false;
  let isClosed = false;
  let staleSince: number | undefined = Date.now();
  let failure: KubeError | undefined;

  function take(input: ReflectorInput): void {
    if (isClosed) return;
    if ('error' in input && input.error !== undefined) fail(input.error);
    act(nextStep(state, input));
  }

  function fail(error: KubeError): void {
    failure = error;
    staleSince ??= Date.now();
    options.onError(error);
  }

  function act(step: ReflectorStep): void {
    state = step.state;
    const { action } = step;
    switch (action.kind) {
      case 'list':
        void list(action.isPaged, action.next);
        break;
      case 'watch':
        open(action.version);
        break;
      case 'rest': {
        const waitMs = Math.max(
          action.atLeastMs,
          backOffMs(action.failures.isOutage ? outage : backOff, action.failures.count, Math.random()),
        );
        timer = setTimeout(() => take({ kind: 'rested' }), waitMs);
        break;
      }
      case 'none':
        break;
    }
  }

  async function list(isPaged: boolean, next: string | undefined): Promise<void> {
    if (next === undefined) pages = [];
    const paging = { ...(isPaged && { limit: pageSize }), ...(next !== undefined && { continue: next }) };
    const answer = await client.list(place, { ...selectors, metadataOnly, ...paging });
    if (isClosed) return;
    if (!answer.ok) return take({ kind: 'failed', error: answer.error });
    const { items, resourceVersion, continue: rest } = answer.value;
    for (const item of items) pages.push(keep(item));
    if (rest === undefined) {
      emit(cache.replaceAll(pages));
      pages = [];
      flush();
      synced();
    }
    take({ kind: 'page', version: resourceVersion, ...(rest !== undefined && { next: rest }) });
  }

  function synced(): void {
    failure = undefined;
    staleSince = undefined;
    if (hasSynced) return;
    hasSynced = true;
    options.onSync?.();
  }

  function open(version: string): void {
    watch = openWatch({
      transport: client.transport,
      path: pathOf(place),
      query: { ...selectors, resourceVersion: version, timeoutSeconds: Math.round(watchSeconds * (1 + Math.random())) },
      metadataOnly,
      openMs,
      stallMs,
      onOpen() {
        failure = undefined;
        staleSince = undefined;
        take({ kind: 'opened' });
      },
      onEvent: (event) => take({ kind: 'event', version: event.kind === 'bookmark' ? event.version : absorb(event) }),
      onEnd: (error, livedMs) => take({ kind: 'ended', livedMs, ...(error && { error }) }),
    });
  }

  /** Answers the version up to which everything is known then. */
  function absorb({ kind, object }: ObjectEvent): string {
    const kept = keep(object);
    emit(kind === 'deleted' ? cache.remove(kept) : cache.put(kept));
    return object.metadata.resourceVersion ?? '';
  }

  function emit(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    // Hundreds of events arrive in one piece; whoever listens gets them in one piece.
    if (pending.length === 0) setImmediate(flush);
    pending.push(...changes);
  }

  function flush(): void {
    if (pending.length === 0 || isClosed) return;
    const changes = pending;
    pending = [];
    options.onChanges(changes);
  }

  act(firstStep);
  return {
    objects: cache.objects,
    hasSynced: () => hasSynced,
    staleSince: () => staleSince,
    failure: () => failure,
    close() {
      isClosed = true;
      clearTimeout(timer);
      watch?.close();
    },
  };
}
