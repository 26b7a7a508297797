import { isDeepStrictEqual } from 'node:util';
import type { KubeClient } from '../../../kube/client.ts';
import { isExpired, type KubeError, kubeErrorText } from '../../../kube/error.ts';
import type { Resource } from '../../../kube/object.ts';
import { hasSameEntries } from '../../../lib/same-entries.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import type { LabelSelector } from '../../../policy/gateway-api/label-selector.ts';
import type { Kind } from '../../../policy/kinds.ts';
import type { Problem } from '../../../policy/problem.ts';
import type { RefusedVersion } from '../../rollout/refused-version.ts';
import { createHoldOff } from '../hold-off.ts';
import type { OpenedSource, SourceEvents } from '../opened-source.ts';
import { createBeginning } from './beginning.ts';
import { watchCluster } from './cluster.ts';
import { isDiscovered } from './discovery.ts';
import { earliest } from './earliest.ts';
import { idleDiscovery } from './idle-discovery.ts';
import type { KubernetesState } from './judge.ts';
import { keptOf, labelsOf, olderVersionsOf, snapshotOf } from './kept-objects.ts';
import { keptReferences, seedReferences } from './kept-references.ts';
import type { Labels } from './namespaces.ts';
import type { ClusterSnapshot, KindObject } from './snapshot.ts';
import { keepSnapshotFile, readSnapshot } from './snapshot-file.ts';
import { clusterSurroundings } from './surroundings.ts';
import { type AskForVersions, createToldVersions, type FormerVersions } from './told-versions.ts';
import { createView } from './view.ts';

export interface KubernetesSourceOptions {
  readonly client: KubeClient;
  /** Policy is read from the namespaces that one of these selects; none: from all. */
  readonly selectors: readonly LabelSelector[];
  /**
   * Where to keep what was seen, for a restart while the API server is away. It will hold secrets: belongs on a volume
   * in memory that nobody else mounts.
   */
  readonly snapshotFile?: string;
  /** What is in force in place of what is written, and what is refused, as another replica told. */
  readonly toldVersions?: AskForVersions;
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
  /** There is a snapshot, and it cannot stand in, for this reason. */
  onUselessSnapshot?(reason: string): void;
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
  /** All objects of the kind are known, or that there can be none: it is not installed. */
  knows(kind: Kind): boolean;
  gatewayApiVersion(): string | undefined;
  /**
   * Older versions of objects, in force in place of what the API server has: those that these documents were read from, and
   * those of objects that cannot be read. Nothing while that cannot be known.
   */
  olderVersions(standIns: Iterable<PolicyDocument>): readonly KindObject[] | undefined;
}

/** Follows the policy of a cluster. Resolves when all of it has been read, or what was kept of it stands in. */
export async function startKubernetesSource(
  options: KubernetesSourceOptions & KubernetesSourceEvents,
): Promise<KubernetesSource> {
  const { client, selectors, snapshotFile, quietMs = 20, maxMs = 200 } = options;
  const kept = snapshotFile === undefined ? undefined : await usableSnapshot(snapshotFile, options);
  let servesFrom: 'nothing' | 'snapshot' | 'cluster' = 'nothing';
  let failure: KubeError | undefined;
  let isClosed = false;
  /** Since the last state was told. */
  let areLabelsNew = false;
  /** What was in force before a restart, where older versions stood in for what was written. */
  let stoodIn: KubernetesState | undefined;
  let standIns: ReadonlyMap<string, PolicyDocument> = new Map();
  let refused: readonly RefusedVersion[] = [];
  /** Asked for many times between two changes. */
  let chosenNamespaces: readonly Labels[] | undefined;

  const fail = (error: KubeError): void => {
    // Versions are forgotten all the time; reading again is all that follows.
    if (isExpired(error)) return;
    failure = error;
    options.onTrouble(error);
    // Nobody is there, so there is nothing to wait for.
    if (error.code === 0) beginFromSnapshot();
  };
  const view = createView({ selectors, labels });
  const beginning = createBeginning({
    snapshotAfterMs: options.snapshotAfterMs ?? 2_000,
    settleMs: options.settleMs ?? 30_000,
    signal: options.signal,
    onImpatient: beginFromSnapshot,
    onSettled: begin,
  });
  const holdOff = createHoldOff(quietMs, maxMs, look);
  // Thousands of statuses are written at a start, and none of them means anything to the policy.
  const statusHoldOff = createHoldOff(quietMs, maxMs, () => options.onObjects?.());
  const cluster = watchCluster({
    client,
    onChange: () => (servesFrom === 'cluster' ? holdOff.trigger() : begin()),
    onLabels() {
      areLabelsNew = true;
      chosenNamespaces = undefined;
    },
    onStatus: () => servesFrom === 'cluster' && statusHoldOff.trigger(),
    onError: fail,
  });
  const surroundings = clusterSurroundings({
    client,
    namespaceLabels: (namespace) => labels(namespace),
    namespaces: knownNamespaces,
    onChange() {
      file?.changed();
      if (servesFrom !== 'nothing' && !isClosed) options.onChange(view.state());
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
          isCurrent: () => servesFrom === 'cluster' && keptSince() === undefined,
          onError: options.onError,
          ...(options.snapshotEveryMs !== undefined && { everyMs: options.snapshotEveryMs }),
        });
  const told = createToldVersions({
    kept: kept && { objects: kept.lastGood, refused: kept.refused },
    ask: options.toldVersions,
    onError: fail,
    onKnown: () => begin(),
  });
  const keptLabels = labelsOf(kept);

  function labels(namespace: string): Labels | undefined {
    const isKnown = servesFrom === 'cluster' && cluster.namespaces().size > 0;
    return isKnown ? cluster.namespaceLabels(namespace) : keptLabels.get(namespace);
  }

  function recall(objects: Iterable<KindObject>, former: FormerVersions): void {
    refused = former.refused;
    const before = view.recall(objects, former.objects);
    stoodIn = before?.state;
    // Until it is known what stands in now.
    if (before !== undefined) standIns = before.standIns;
  }

  function knownNamespaces(): readonly Labels[] | undefined {
    const all = cluster.namespaces();
    if (servesFrom !== 'cluster' || all.size === 0) return undefined;
    chosenNamespaces ??= [...all.values()].filter((each) => isDiscovered(selectors, each));
    return chosenNamespaces;
  }

  function problems(): readonly Problem[] {
    return [...cluster.problems(), ...idleDiscovery(selectors, cluster.namespaces())];
  }

  function look(): void {
    if (isClosed || servesFrom !== 'cluster') return;
    try {
      const isDifferent = view.take(allObjects(), problems());
      if (isDifferent || areLabelsNew) {
        areLabelsNew = false;
        file?.changed();
        options.onChange(view.state());
      }
    } catch (error) {
      // A fault of ours in one object must not end the process that serves all the others.
      options.onError(errorOf(error));
    }
    // Not at once: what is told and made in the cluster comes after what egress pods wait for.
    statusHoldOff.trigger();
  }

  /** As soon as the first look is complete, what it shows replaces what was kept. */
  function begin(): void {
    if (isClosed || servesFrom === 'cluster' || !beginning.isEnough(cluster.waitingFor())) return;
    const recalled = told.known();
    if (recalled === undefined) return;
    const before = servesFrom;
    try {
      // What is broken now may have been right before the restart.
      servesFrom = 'cluster';
      if (before === 'nothing') recall(allObjects(), recalled);
      areLabelsNew = false;
      view.take(allObjects(), problems());
    } catch (error) {
      servesFrom = before;
      // At the start there is nothing else to serve; later what was kept stays.
      beginning.failed(error);
      if (before === 'snapshot') options.onError(errorOf(error));
      return;
    }
    if (before === 'snapshot') options.onChange(view.state());
    options.onObjects?.();
    beginning.done();
    file?.changed();
  }

  function beginFromSnapshot(): void {
    if (isClosed || servesFrom !== 'nothing' || kept === undefined) return;
    servesFrom = 'snapshot';
    recall(kept.objects, { objects: kept.lastGood, refused: kept.refused });
    view.take(kept.objects, []);
    seedReferences(kept.references, surroundings);
    beginning.done();
  }

  /** Of kinds that cannot or may not be read, what was kept stands in: an API server that starts refuses all for a moment. */
  function* allObjects(): Generator<KindObject> {
    yield* cluster.objects();
    yield* keptOf(kept, cluster.unread());
  }

  function olderVersions(documents: Iterable<PolicyDocument>): readonly KindObject[] {
    return olderVersionsOf(view.readings(), view.originsOf(documents));
  }

  /** Everything that is worth keeping: what is in force, were it with objects that were kept before. */
  function content(): ClusterSnapshot | undefined {
    if (servesFrom !== 'cluster') return undefined;
    return snapshotOf({
      server: client.server,
      asOf: keptSince() ?? Date.now(),
      readings: view.readings(),
      olderVersions: olderVersions(standIns.values()),
      refused,
      // Where they may not be read, what was kept is kept for the next start, too.
      namespaces: cluster.namespaces().size > 0 ? cluster.namespaces() : keptLabels,
      references: keptReferences(surroundings),
    });
  }

  function staleSince(): number | undefined {
    if (servesFrom === 'snapshot') return kept?.asOf;
    return earliest([cluster.staleSince(), surroundings.staleSince()]);
  }

  /** Since when something of what is kept may not be true any more. */
  function keptSince(): number | undefined {
    const standsIn = keptOf(kept, cluster.unread()).next().done !== true;
    return earliest([staleSince(), standsIn ? kept?.asOf : undefined]);
  }

  function isSynced(): boolean {
    return servesFrom === 'cluster' && staleSince() === undefined;
  }

  async function close(): Promise<void> {
    holdOff.close();
    statusHoldOff.close();
    beginning.close();
    isClosed = true;
    await file?.close();
    cluster.close();
    surroundings.close();
    told.close();
  }

  try {
    await beginning.awaited();
  } catch (error) {
    await close();
    throw error;
  }

  return {
    state: view.state(),
    ...(stoodIn && { before: stoodIn }),
    refused,
    keep(next, nextRefused) {
      if (hasSameEntries(standIns, next) && isDeepStrictEqual(refused, nextRefused)) return;
      [standIns, refused] = [next, nextRefused];
      file?.changed();
    },
    current: view.state,
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
      if (servesFrom === 'cluster') yield* view.chosen(cluster.objects());
    },
    resource: cluster.resource,
    knows: (kind) => servesFrom === 'cluster' && cluster.knows(kind),
    gatewayApiVersion: cluster.gatewayApiVersion,
    olderVersions: (documents) => (servesFrom === 'cluster' ? olderVersions(documents) : undefined),
    async refresh() {
      look();
    },
    close,
  };
}

async function usableSnapshot(
  path: string,
  { client, onUselessSnapshot }: KubernetesSourceOptions & KubernetesSourceEvents,
): Promise<ClusterSnapshot | undefined> {
  const read = await readSnapshot(path, client.server);
  if (read.ok) return read.value;
  onUselessSnapshot?.(read.error);
  return undefined;
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
