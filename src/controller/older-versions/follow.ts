import type { KubeClient } from '../../kube/client.ts';
import type { KubeError } from '../../kube/error.ts';
import { startReflector } from '../../kube/reflector.ts';
import { type StoredVersions, storedIn } from './secret.ts';

export interface VersionsFollowerOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Once it has been read, and whenever it is another one. Nothing when it was deleted; not told where there is none. */
  onVersions(stored: StoredVersions | undefined): void;
  onError(error: KubeError): void;
}

/** Every replica hears what the leader has written: what clients of one refuse is not to be sent by any other. */
export function followVersions(options: VersionsFollowerOptions): { close(): void } {
  const { client, namespace, name, onVersions, onError } = options;
  return startReflector({
    client,
    place: { group: '', version: 'v1', plural: 'secrets', namespace },
    fieldSelector: `metadata.name=${name}`,
    onChanges(changes) {
      const last = changes.at(-1);
      if (last !== undefined) onVersions(last.kind === 'deleted' ? undefined : storedIn(last.object));
    },
    onError,
  });
}
