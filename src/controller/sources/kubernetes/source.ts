import type { KubeClient } from '../../../kube/client.ts';
import { isExpired, type KubeError, kubeErrorText } from '../../../kube/error.ts';
import type { Resource } from '../../../kube/object.ts';
import type { LabelSelector } from '../../../policy/gateway-api/label-selector.ts';
import type { Kind } from '../../../policy/kinds.ts';
import type { Problem } from '../../../policy/problem.ts';
import { createHoldOff } from '../hold-off.ts';
import type { OpenedSource, SourceEvents } from '../opened-source.ts';
import { watchCluster } from './cluster.ts';
import { discovered } from './discovery.ts';
import { type Judgement, judge, type KubernetesState, nothingJudged } from './judge.ts';
import { keptReferences, seedReferences } from './kept-references.ts';
import { type Labels, noLabels } from './namespaces.ts';
import { earliest } from './references.ts';
import type { ClusterSnapshot, KindObject } from './snapshot.ts';
import { keepSnapshotFile, readSnapshot } from './snapshot-file.ts';
import { clusterSurroundings } from './surroundings.ts';
import { definitionOf } from './watched-kinds.ts';

export interface KubernetesSourceOptions {
  readonly client: KubeClient;
  /** Policy is read from the namespaces that one of these selects; none: from all. */
  readonly selectors: readonly LabelSelector[];
  /**
   * Where to keep what was seen, for a restart while the API server is away. It will hold secrets: belongs on a volume
   * in memory that nobody else mounts.
   */
  readonly snapshotFile?: string;
  /** Gives up waiting for the first complete look. */
  readonly signal?: AbortSignal;
  /** Default 20: what one `kubectl apply` writes comes within that. */
  readonly quietMs?: number;
  /** Default 200. */
  readonly maxMs?: number;
  /** After how long a start without an answer begins from the snapshot. Default 2 s; at once when calls fail. */
  readonly snapshotAfterMs?: number;
  /** After how long a kind that cannot be read holds up a start no more. Default 30 s. */
  readonly settleMs?: number;
  /** Default 10 s. */
  readonly snapshotEveryMs?: number;
}

export interface KubernetesSourceEvents extends Omit<SourceEvents, 'onChange'> {
  onChange(state: KubernetesState): void;
  /** Objects have changed without saying anything else: their status, their finalizers. */
  onObjects?(): void;
  /** A call to the API server has failed, and is made again: once for each call. */
  onTrouble(error: KubeError): void;
}

/** How the source stands with the API server. */
export interface KubernetesSourceStatus {
  readonly servesFrom: 'cluster' | 'snapshot';
  /** RFC 3339; since when changes may be missed. Absent: they arrive. */
  readonly staleSince?: string;
  /** What could not be read at last, in words. Absent: everything can. */
  readonly failure?: string;
}

export interface KubernetesSource extends OpenedSource {
  readonly state: KubernetesState;
  /** As of now. */
  current(): KubernetesState;
  /** Everything has been read, and changes arrive. */
  isSynced(): boolean;
  status(): KubernetesSourceStatus;
  /** The objects behind the documents, broken ones too, as the API server has them. None while it was not reached. */
  objects(): Iterable<KindObject>;
  /** With the version that the kind is read in, which is the one to write status in. */
  resource(kind: Kind): Resource | undefined;
  gatewayApiVersion(): string | undefined;
}

/** Follows the policy of a cluster. Resolves when all of it has been read, or what was kept of it stands in. */
export async function startKubernetesSource(
  options: KubernetesSourceOptions & KubernetesSourceEvents,
): Promise<KubernetesSource> {
  const { client, selectors, snapshotFile, quietMs = 20, maxMs = 200 } = options;
  const { snapshotAfterMs = 2_000, settleMs = 30_000 } = options;
  const snapshot = snapshotFile === undefined ? undefined : await readSnapshot(snapshotFile, client.server);
  const startedAt = performance.now();
  let judgement: Judgement = nothingJudged;
  let servesFrom: 'nothing' | 'snapshot' | 'cluster' = 'nothing';
  let failure: KubeError | undefined;
  let isClosed = false;
  /** Since the last state was told. */
  let areLabelsNew = false;
  const started = Promise.withResolvers<void>();

  const fail = (error: KubeError): void => {
    // Versions are forgotten all the time; reading again is all that follows.
    if (isExpired(error)) return;
    failure = error;
    options.onTrouble(error);
    // Nobody is there, so there is nothing to wait for.
    if (error.code === 0) beginFromSnapshot();
  };
  const holdOff = createHoldOff(quietMs, maxMs, look);
  // Thousands of statuses are written at a start, and none of them means anything to the policy.
  const statusHoldOff = createHoldOff(quietMs, maxMs, () => options.onObjects?.());
  const cluster = watchCluster({
    client,
    onChange: () => (servesFrom === 'cluster' ? holdOff.trigger() : begin()),
    onLabels() {
      areLabelsNew = true;
    },
    onStatus: () => servesFrom === 'cluster' && statusHoldOff.trigger(),
    onError: fail,
  });
  const surroundings = clusterSurroundings({
    client,
    namespaceLabels: (namespace) => labels(namespace),
    onChange() {
      file?.changed();
      if (servesFrom !== 'nothing' && !isClosed) options.onChange(judgement.state);
    },
    onComplete: () => file?.changed(),
    onError: fail,
  });
  const file =
    snapshotFile === undefined
      ? undefined
      : keepSnapshotFile({
          path: snapshotFile,
          content,
          isCurrent: isSynced,
          onError: options.onError,
          ...(options.snapshotEveryMs !== undefined && { everyMs: options.snapshotEveryMs }),
        });
  const keptLabels = new Map(snapshot?.namespaces.map(({ name, labels }) => [name, new Map(Object.entries(labels))]));

  function labels(namespace: string): Labels {
    return servesFrom === 'cluster' ? cluster.namespaceLabels(namespace) : (keptLabels.get(namespace) ?? noLabels);
  }

  function take(objects: Iterable<KindObject>, problems: readonly Problem[]): boolean {
    const before = judgement.state;
    judgement = judge(discovered(objects, selectors, labels), problems, judgement, Date.now());
    return judgement.state !== before;
  }

  function look(): void {
    if (isClosed || servesFrom !== 'cluster') return;
    try {
      const isDifferent = take(allObjects(), cluster.problems());
      if (isDifferent || areLabelsNew) {
        areLabelsNew = false;
        file?.changed();
        options.onChange(judgement.state);
      }
    } catch (error) {
      // A fault of ours in one object must not end the process that serves all the others.
      options.onError(error instanceof Error ? error : new Error(String(error)));
    }
    // Not at once: what is told and made in the cluster comes after what egress pods wait for.
    statusHoldOff.trigger();
  }

  function isSettled(): boolean {
    const waiting = cluster.waitingFor();
    if (waiting.length === 0) return true;
    // One kind that nobody can read, for a broken conversion perhaps, must not keep all others away for ever.
    const isEssential = waiting.includes('customresourcedefinitions') || waiting.includes('namespaces');
    return !isEssential && performance.now() - startedAt >= settleMs;
  }

  /** As soon as the first look is complete, what it shows replaces what was kept. */
  function begin(): void {
    if (isClosed || servesFrom === 'cluster' || !isSettled()) return;
    const before = servesFrom;
    try {
      // What is broken now may have been right before the restart.
      if (before === 'nothing' && snapshot !== undefined) recall(snapshot);
      servesFrom = 'cluster';
      areLabelsNew = false;
      take(allObjects(), cluster.problems());
    } catch (error) {
      servesFrom = before;
      // At the start there is nothing else to serve; later what was kept stays.
      started.reject(error);
      if (before === 'snapshot') options.onError(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (before === 'snapshot') options.onChange(judgement.state);
    options.onObjects?.();
    started.resolve();
    file?.changed();
  }

  /** Of kinds that cannot be read, what was kept stands in. */
  function* allObjects(): Generator<KindObject> {
    yield* cluster.objects();
    const waiting = new Set(cluster.waitingFor());
    if (waiting.size === 0) return;
    for (const each of snapshot?.objects ?? []) if (waiting.has(definitionOf(each.kind))) yield each;
  }

  function beginFromSnapshot(): void {
    if (isClosed || servesFrom !== 'nothing' || snapshot === undefined) return;
    servesFrom = 'snapshot';
    recall(snapshot);
    seedReferences(snapshot.references, surroundings);
    started.resolve();
  }

  function recall({ lastGood, objects }: ClusterSnapshot): void {
    take(lastGood, []);
    take(objects, []);
  }

  /** Everything that is worth keeping, once it is complete. */
  function content(): ClusterSnapshot | undefined {
    if (servesFrom !== 'cluster' || cluster.waitingFor().length > 0) return undefined;
    const readings = [...judgement.readings.values()];
    return {
      server: client.server,
      asOf: staleSince() ?? Date.now(),
      objects: readings.map(({ kind, object }) => ({ kind, object })),
      lastGood: readings.flatMap(({ kind, lastGood }) => (lastGood ? [{ kind, object: lastGood }] : [])),
      namespaces: [...cluster.namespaces()].map(([name, found]) => ({ name, labels: Object.fromEntries(found) })),
      references: keptReferences(surroundings),
    };
  }

  function staleSince(): number | undefined {
    if (servesFrom === 'snapshot') return snapshot?.asOf;
    return earliest([cluster.staleSince(), surroundings.staleSince()]);
  }

  function isSynced(): boolean {
    return servesFrom === 'cluster' && staleSince() === undefined;
  }

  async function close(): Promise<void> {
    holdOff.close();
    statusHoldOff.close();
    clearTimeout(patience);
    clearTimeout(settling);
    isClosed = true;
    await file?.close();
    cluster.close();
    surroundings.close();
  }

  const patience = setTimeout(beginFromSnapshot, snapshotAfterMs);
  const settling = setTimeout(begin, settleMs);
  const giveUp = (): void => started.reject(new Error('the start was given up'));
  if (options.signal?.aborted) giveUp();
  options.signal?.addEventListener('abort', giveUp, { once: true });
  try {
    await started.promise;
  } catch (error) {
    await close();
    throw error;
  }

  return {
    state: judgement.state,
    current: () => judgement.state,
    surroundings,
    isSynced,
    status() {
      const since = staleSince();
      return {
        servesFrom: servesFrom === 'cluster' ? 'cluster' : 'snapshot',
        ...(since !== undefined && { staleSince: new Date(since).toISOString() }),
        ...(since !== undefined && failure && { failure: kubeErrorText(failure) }),
      };
    },
    *objects() {
      if (servesFrom === 'cluster') yield* discovered(cluster.objects(), selectors, labels);
    },
    resource: cluster.resource,
    gatewayApiVersion: cluster.gatewayApiVersion,
    async refresh() {
      look();
    },
    close,
  };
}
