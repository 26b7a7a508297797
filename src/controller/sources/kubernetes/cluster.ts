import type { KubeClient } from '../../../kube/client.ts';
import type { KubeError } from '../../../kube/error.ts';
import type { Resource } from '../../../kube/object.ts';
import type { Kind } from '../../../policy/kinds.ts';
import type { Problem } from '../../../policy/problem.ts';
import { watchDefinitions } from './definitions.ts';
import { earliest } from './earliest.ts';
import { type KindWatch, startKindWatch } from './kind-watch.ts';
import { type Labels, watchNamespaces } from './namespaces.ts';
import type { KindObject } from './snapshot.ts';
import { watchedKinds } from './watched-kinds.ts';

export interface ClusterOptions {
  readonly client: KubeClient;
  /** Something that was watched is different now. */
  onChange(): void;
  /** Labels of namespaces are, too: documents that look at them mean something else. */
  onLabels(): void;
  /** Of the objects only the status is another one. */
  onStatus(): void;
  onError(error: KubeError): void;
}

/** Everything that is watched in a cluster, as last seen. */
export interface Cluster {
  /** Of all namespaces. */
  objects(): Generator<KindObject>;
  /** The version in which objects of a kind are read, while they are. */
  resource(kind: Kind): Resource | undefined;
  /** All objects of the kind are known, or that there can be none: it is not installed. */
  knows(kind: Kind): boolean;
  namespaceLabels(namespace: string): Labels | undefined;
  namespaces(): ReadonlyMap<string, Labels>;
  /** Why there may be policy that cannot be seen. */
  problems(): readonly Problem[];
  /** What the first complete look still waits for; empty once it is there. */
  waitingFor(): readonly string[];
  /** Kinds that are there and not known, by the names of their definitions: they wait, or may not be read. */
  unread(): readonly string[];
  staleSince(): number | undefined;
  /** The version of Gateway API whose definitions are installed. */
  gatewayApiVersion(): string | undefined;
  close(): void;
}

const gatewayDefinition = 'gateways.gateway.networking.k8s.io';

/** Watches all kinds that the cluster knows, those too that are installed later, and namespaces. */
export function watchCluster({ client, onChange, onLabels, onStatus, onError }: ClusterOptions): Cluster {
  const watches = new Map<Kind, KindWatch>();
  /** Kinds of which this process has known what there is, were it nothing. */
  const everKnown = new Set<Kind>();
  let marks: ReadonlyMap<string, string> = new Map();
  const definitions = watchDefinitions({
    client,
    names: new Set(watchedKinds.map(({ definition }) => definition)),
    onChange() {
      follow();
      onChange();
    },
    onError,
  });
  const namespaces = watchNamespaces({ client, onLabels, onChange, onError });

  /** Begins to watch what has appeared, and ends with what is gone. */
  function follow(): void {
    if (!definitions.hasSynced() && !definitions.isRefused()) return;
    const before = marks;
    marks = definitions.present();
    for (const { kind, facts, definition } of watchedKinds) {
      const watch = watches.get(kind);
      const isThere = definitions.isRefused() || marks.has(definition);
      if (isThere && watch === undefined) {
        watches.set(kind, startKindWatch({ client, facts, onChange, onStatus, onError }));
      } else if (!isThere) {
        everKnown.add(kind);
        watch?.close();
        watches.delete(kind);
      } else if (before.get(definition) !== marks.get(definition)) watch?.look();
    }
  }

  return {
    *objects() {
      for (const [kind, watch] of watches) for (const object of watch.objects().values()) yield { kind, object };
    },
    resource: (kind) => watches.get(kind)?.resource(),
    knows(kind) {
      const watch = watches.get(kind);
      if (watch === undefined) return definitions.hasSynced();
      return ['known', 'unserved'].includes(watch.standing());
    },
    namespaceLabels: namespaces.labels,
    namespaces: namespaces.all,
    problems() {
      const found: Problem[] = [];
      if (namespaces.isRefused()) found.push(refused('namespaces'));
      if (definitions.isRefused()) found.push(refused('customresourcedefinitions'));
      for (const { kind, definition } of watchedKinds) {
        const watch = watches.get(kind);
        const standing = watch?.standing();
        const failure = watch?.failure();
        if (standing === 'reading' && failure !== undefined) found.push(failing(definition, failure));
        if (standing === 'refused') found.push(refused(definition));
        // Without definitions to look at, a kind that is not served is one that is not installed.
        if (standing === 'unserved' && !definitions.isRefused()) found.push(unserved(definition));
      }
      return found;
    },
    waitingFor() {
      const waiting: string[] = [];
      if (!definitions.hasSynced() && !definitions.isRefused()) waiting.push('customresourcedefinitions');
      if (!namespaces.hasSynced() && !namespaces.isRefused()) waiting.push('namespaces');
      for (const { kind, definition } of watchedKinds) {
        if (watches.get(kind)?.standing() === 'reading') waiting.push(definition);
      }
      return waiting;
    },
    unread: () =>
      watchedKinds.flatMap(({ kind, definition }) => {
        const standing = watches.get(kind)?.standing();
        if (standing === 'known') everKnown.add(kind);
        // What a kind had before it was removed and brought back is gone for good.
        if (everKnown.has(kind)) return [];
        return standing === 'reading' || standing === 'refused' ? [definition] : [];
      }),
    staleSince: () =>
      earliest([
        definitions.staleSince(),
        namespaces.staleSince(),
        ...[...watches.values()].filter((watch) => watch.standing() === 'known').map((watch) => watch.staleSince()),
      ]),
    gatewayApiVersion: () => definitions.annotation(gatewayDefinition, 'gateway.networking.k8s.io/bundle-version'),
    close() {
      definitions.close();
      namespaces.close();
      for (const watch of watches.values()) watch.close();
    },
  };
}

function failing(what: string, failure: string): Problem {
  const message = `reading ${what} has failed until now: ${failure}`;
  const remedy = 'see what the API server says of it; it is tried again and again';
  return { severity: 'error', source: 'cluster', document: '', path: '', message, remedy };
}

function refused(what: string): Problem {
  const message = `reading ${what} is refused`;
  const remedy = `permit the control plane's service account to list and watch ${what}`;
  return { severity: 'error', source: 'cluster', document: '', path: '', message, remedy };
}

function unserved(definition: string): Problem {
  const message = `the definition of ${definition} is installed without a version that is known here`;
  const remedy = 'install the definitions that belong to this version';
  return { severity: 'warning', source: 'cluster', document: '', path: '', message, remedy };
}
