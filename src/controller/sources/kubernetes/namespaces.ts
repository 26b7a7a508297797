import type { KubeClient } from '../../../kube/client.ts';
import type { KubeError } from '../../../kube/error.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { hasSameEntries } from '../../../lib/same-entries.ts';
import { watchMetadata } from './metadata-watch.ts';

export type Labels = ReadonlyMap<string, string>;

export interface Namespaces {
  /** Nothing: it is not known, and an object may be seen before the namespace that it stands in. */
  readonly labels: (namespace: string) => Labels | undefined;
  /** All that are known, for what is kept on disk. */
  all(): ReadonlyMap<string, Labels>;
  hasSynced(): boolean;
  isRefused(): boolean;
  staleSince(): number | undefined;
  close(): void;
}

export interface NamespacesOptions {
  readonly client: KubeClient;
  /** Those of some namespace are different. */
  onLabels(): void;
  onChange(): void;
  onError(error: KubeError): void;
}

/** The namespaces of the cluster with their labels, of which people choose those that policy is read from. */
export function watchNamespaces({ client, onLabels, onChange, onError }: NamespacesOptions): Namespaces {
  const labels = new Map<string, Labels>();
  const watch = watchMetadata({
    client,
    place: { group: '', version: 'v1', plural: 'namespaces' },
    keep: labelsOnly,
    onChanges(changes) {
      let isDifferent = false;
      for (const { kind, object } of changes) {
        const { name } = object.metadata;
        const next = new Map(Object.entries(object.metadata.labels ?? {}));
        // Somebody notes something on every namespace all the time; only labels matter.
        if (kind !== 'deleted' && hasSameEntries(labels.get(name), next)) continue;
        isDifferent = true;
        if (kind === 'deleted') labels.delete(name);
        else labels.set(name, next);
      }
      if (!isDifferent) return;
      onLabels();
      onChange();
    },
    onChange,
    onError,
  });
  return {
    labels: (namespace) => labels.get(namespace),
    all: () => labels,
    hasSynced: watch.hasSynced,
    isRefused: watch.isRefused,
    staleSince: watch.staleSince,
    close: watch.close,
  };
}

function labelsOnly({ metadata: { name, uid, resourceVersion, labels } }: KubeObject): KubeObject {
  return {
    metadata: { name, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }), ...(labels && { labels }) },
  };
}
