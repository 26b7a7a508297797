import type { KubeError } from '../../kube/error.ts';
import type { Logger } from '../../lib/log.ts';
import type { KindObject } from '../sources/kubernetes/snapshot.ts';
import { textOf, type VersionsSecret } from './secret.ts';

export interface VersionsKeeperOptions {
  readonly secret: VersionsSecret;
  isLeader(): boolean;
  /** Older versions that are in force now; nothing while that is not known. */
  versions(): Iterable<KindObject> | undefined;
  onTrouble(error: KubeError): void;
  readonly log: Logger;
  /** How long after a change. Default 2 s: egress pods come first, and what they refuse belongs to it. */
  readonly waitMs?: number;
  /** How long after a failure. Default 10 s. */
  readonly againMs?: number;
}

/** Has the leader write what a replica that is started anew must know: one write when that changes, none otherwise. */
export interface VersionsKeeper {
  /** Something else may be in force. */
  changed(): void;
  /** Somebody else may have written since. */
  elected(): void;
  close(): void;
}

export function keepOlderVersions(options: VersionsKeeperOptions): VersionsKeeper {
  const { secret, isLeader, onTrouble, log, waitMs = 2_000, againMs = 10_000 } = options;
  /** As it stands in the Secret; nothing while that is not known. */
  let stored: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isWriting = false;
  let isClosed = false;

  function lookIn(ms: number): void {
    if (timer !== undefined || isClosed) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (isWriting) return lookIn(waitMs);
      isWriting = true;
      look()
        .catch((error: Error) => log.error({ error }, 'older versions of objects cannot be kept'))
        .finally(() => {
          isWriting = false;
        });
    }, ms);
    timer.unref();
  }

  async function look(): Promise<void> {
    const versions = isLeader() ? options.versions() : undefined;
    if (versions === undefined) return;
    const { text, leftOut } = textOf(versions);
    if (text === stored) return;
    if (leftOut > 0)
      log.warn({ leftOut }, 'older versions that are in force do not fit into a Secret; a new replica will lack some');
    const present = await secret.read();
    if (!present.ok) return fail(present.error);
    if (present.value.text !== text) {
      if (!isLeader()) return;
      const written = await secret.write(text, present.value);
      if (!written.ok) return fail(written.error);
      if (written.value === 'taken') return lookIn(waitMs);
    }
    stored = text;
  }

  function fail(error: KubeError): void {
    onTrouble(error);
    lookIn(againMs);
  }

  return {
    changed: () => lookIn(waitMs),
    elected() {
      stored = undefined;
      lookIn(waitMs);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
