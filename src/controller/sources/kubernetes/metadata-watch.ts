import type { KubeClient } from '../../../kube/client.ts';
import { isForbidden, type KubeError } from '../../../kube/error.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { type Reflector, type ReflectorOptions, startReflector } from '../../../kube/reflector.ts';

export interface MetadataWatchOptions {
  readonly client: KubeClient;
  readonly place: ReflectorOptions['place'];
  /** What is kept of an object in memory. */
  keep(object: KubeObject): KubeObject;
  readonly onChanges: ReflectorOptions['onChanges'];
  /** All are there, or we may not see them. */
  onChange(): void;
  onError(error: KubeError): void;
}

export interface MetadataWatch extends Pick<Reflector, 'objects' | 'hasSynced' | 'staleSince' | 'close'> {
  /** We may not see them, and never saw them. */
  isRefused(): boolean;
}

/** Objects of which names, labels and annotations matter, and of which an operator may have kept us away. */
export function watchMetadata({ onChange, onError, ...options }: MetadataWatchOptions): MetadataWatch {
  let isRefused = false;
  const reflector = startReflector({
    ...options,
    metadataOnly: true,
    onSync() {
      isRefused = false;
      onChange();
    },
    onError(error) {
      onError(error);
      if (!isForbidden(error) || isRefused) return;
      isRefused = true;
      onChange();
    },
  });
  return {
    objects: reflector.objects,
    hasSynced: reflector.hasSynced,
    isRefused: () => isRefused && !reflector.hasSynced(),
    staleSince: reflector.staleSince,
    close: reflector.close,
  };
}
