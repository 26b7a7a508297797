import { setTimeout as pause } from 'node:timers/promises';
import { isTemporary, type KubeError } from '../../../kube/error.ts';
import type { Result } from '../../../lib/result.ts';
import { objectId } from '../../object-id.ts';
import type { RefusedVersion } from '../../rollout/refused-version.ts';
import type { KindObject } from './snapshot.ts';

/** What was in force in place of what was written, and what clients had refused. */
export interface FormerVersions {
  readonly objects: readonly KindObject[];
  readonly refused: readonly RefusedVersion[];
}

export type AskForVersions = () => Promise<Result<FormerVersions, KubeError>>;

export interface ToldVersionsOptions {
  /** Of this replica's own snapshot. */
  readonly kept: FormerVersions | undefined;
  /** None: there is nobody to ask. */
  readonly ask: AskForVersions | undefined;
  onError(error: KubeError): void;
  /** It is known now; not told where it was from the start. */
  onKnown(): void;
}

/** What stood in before this replica began, as far as itself or another replica has kept it. */
export interface ToldVersions {
  /** Nothing while the API server has not said. */
  known(): FormerVersions | undefined;
  close(): void;
}

const againMs = 1_000;
const nothing: FormerVersions = { objects: [], refused: [] };

export function createToldVersions({ kept, ask, onError, onKnown }: ToldVersionsOptions): ToldVersions {
  let known = ask === undefined ? (kept ?? nothing) : undefined;
  let isClosed = false;

  async function askUntilKnown(asks: AskForVersions): Promise<void> {
    while (!isClosed) {
      const told = await asks();
      if (isClosed) return;
      if (!told.ok) onError(told.error);
      // Who may not read them, or has none to read, begins with what is written; who has a snapshot need not wait.
      if (told.ok || kept !== undefined || !isTemporary(told.error)) {
        known = joined(kept ?? nothing, told.ok ? told.value : nothing);
        onKnown();
        return;
      }
      await pause(againMs, undefined, { ref: false });
    }
  }

  if (ask !== undefined) void askUntilKnown(ask);
  return {
    known: () => known,
    close() {
      isClosed = true;
    },
  };
}

/** Either may be behind: the snapshot of a replica that was away, the Secret while its writer was. */
function joined(kept: FormerVersions, told: FormerVersions): FormerVersions {
  const objects = new Map<string, KindObject>();
  for (const each of [...kept.objects, ...told.objects]) {
    const id = objectId(each.kind, each.object);
    const other = objects.get(id);
    // The newest of those that were right is the last good one.
    if (other === undefined || generationOf(other) <= generationOf(each)) objects.set(id, each);
  }
  return { objects: [...objects.values()], refused: [...kept.refused, ...told.refused] };
}

function generationOf({ object }: KindObject): number {
  return object.metadata.generation ?? 0;
}
