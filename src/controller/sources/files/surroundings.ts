import type { SecretStore } from '../secrets/store.ts';
import type { SourceSurroundings } from '../surroundings.ts';

/** What the documents of a folder can refer to: files and the environment. */
export function folderSurroundings(secrets: SecretStore): SourceSurroundings {
  return {
    resolve: (source, from) => secrets.resolve(source, from.folder),
    secret: () => undefined,
    configMap: () => undefined,
    service: () => undefined,
    // Those of a folder are documents of it, and whoever asks here has not found it among them.
    lacksService: () => true,
    namespaceLabels: () => new Map(),
    namespaces: () => undefined,
    complete: async () => false,
  };
}
