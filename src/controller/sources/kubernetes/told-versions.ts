import { setTimeout as pause } from 'node:timers/promises';
import { isTemporary, type KubeError } from '../../../kube/error.ts';
import type { Result } from '../../../lib/result.ts';
import type { KindObject } from './snapshot.ts';

export type AskForVersions = () => Promise<Result<readonly KindObject[], KubeError>>;

export interface ToldVersionsOptions {
  /** Of this replica's own snapshot, which knows best. */
  readonly kept: readonly KindObject[] | undefined;
  /** None: there is nobody to ask. */
  readonly ask: AskForVersions | undefined;
  onError(error: KubeError): void;
  /** It is known now; not told where it was from the start. */
  onKnown(): void;
}

/** The older versions of objects that were in force before this replica began, in place of what was written. */
export interface ToldVersions {
  /** Nothing while the API server has not said. */
  known(): readonly KindObject[] | undefined;
  close(): void;
}

const againMs = 1_000;

export function createToldVersions({ kept, ask, onError, onKnown }: ToldVersionsOptions): ToldVersions {
  let known = kept ?? (ask === undefined ? [] : undefined);
  let isClosed = false;

  async function askUntilKnown(asks: AskForVersions): Promise<void> {
    while (!isClosed) {
      const told = await asks();
      if (isClosed) return;
      if (!told.ok) onError(told.error);
      if (told.ok || !isTemporary(told.error)) {
        // Who may not read them, or has none to read, begins with what is written.
        known = told.ok ? told.value : [];
        onKnown();
        return;
      }
      await pause(againMs, undefined, { ref: false });
    }
  }

  if (known === undefined && ask !== undefined) void askUntilKnown(ask);
  return {
    known: () => known,
    close() {
      isClosed = true;
    },
  };
}
