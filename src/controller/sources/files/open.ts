import type { PolicyDocument } from '../../../policy/document.ts';
import type { OpenSource } from '../opened-source.ts';
import { createSecretStore } from '../secrets/store.ts';
import type { SourceState } from '../source.ts';
import { folderSurroundings } from './surroundings.ts';
import { watchFolder } from './watch.ts';

export interface FolderOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Documents besides those of the folder; a document of the folder with the same id wins. */
  readonly extraDocuments?: readonly PolicyDocument[];
}

/** Policy from a folder. */
export function folderSource({ folder, env, extraDocuments = [] }: FolderOptions): OpenSource {
  return async ({ onChange, onError }) => {
    let state: SourceState | undefined;
    const secrets = createSecretStore({
      env,
      onChange: () => {
        if (state !== undefined) onChange(state);
      },
    });
    const watcher = await watchFolder(folder, {
      onChange: (changed) => {
        state = withExtras(changed, extraDocuments);
        onChange(state);
      },
      onError,
    });
    state ??= withExtras(watcher.state, extraDocuments);
    return {
      state,
      surroundings: folderSurroundings(secrets),
      refresh: () => watcher.refresh(),
      async close() {
        await watcher.close();
        secrets.close();
      },
    };
  };
}

/** The folder's documents, and those that came with the command unless the folder has its own of that name. */
function withExtras(state: SourceState, extras: readonly PolicyDocument[]): SourceState {
  const ids = new Set(state.documents.map((document) => document.id));
  const added = extras.filter((document) => !ids.has(document.id));
  return added.length === 0 ? state : { ...state, documents: [...state.documents, ...added] };
}
