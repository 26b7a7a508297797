import type { KubeClient } from '../../../kube/client.ts';
import type { KubeError } from '../../../kube/error.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { watchMetadata } from './metadata-watch.ts';

export interface DefinitionsOptions {
  readonly client: KubeClient;
  /** Names of CustomResourceDefinitions that matter. */
  readonly names: ReadonlySet<string>;
  /** These are there, each with what changes whenever its versions may have changed. */
  onChange(): void;
  onError(error: KubeError): void;
}

export interface Definitions {
  hasSynced(): boolean;
  /** We may not see them: then every kind has to be tried. */
  isRefused(): boolean;
  /** By name; the value differs when the definition differs. */
  present(): ReadonlyMap<string, string>;
  annotation(name: string, annotation: string): string | undefined;
  staleSince(): number | undefined;
  close(): void;
}

/**
 * Which kinds the cluster knows, also those that are installed later. Only names, generations and annotations are read:
 * with their schemas, a few definitions weigh more than all policy.
 */
export function watchDefinitions({ client, names, onChange, onError }: DefinitionsOptions): Definitions {
  const watch = watchMetadata({
    client,
    place: { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' },
    keep: (object) => (names.has(object.metadata.name) ? marksOf(object) : nameOf(object)),
    onChanges: (changes) => {
      if (changes.some(({ object }) => names.has(object.metadata.name))) onChange();
    },
    onChange,
    onError,
  });
  return {
    hasSynced: watch.hasSynced,
    isRefused: watch.isRefused,
    present() {
      const found = [...watch.objects.values()].filter(({ metadata }) => names.has(metadata.name));
      return new Map(found.map(({ metadata }) => [metadata.name, `${metadata.uid} ${metadata.resourceVersion}`]));
    },
    annotation: (name, annotation) => watch.objects.get(`/${name}`)?.metadata.annotations?.[annotation],
    staleSince: watch.staleSince,
    close: watch.close,
  };
}

function nameOf({ metadata: { name, uid, resourceVersion } }: KubeObject): KubeObject {
  return { metadata: { name, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) } };
}

function marksOf(object: KubeObject): KubeObject {
  const { annotations } = object.metadata;
  const { metadata } = nameOf(object);
  return { metadata: annotations === undefined ? metadata : { ...metadata, annotations } };
}
