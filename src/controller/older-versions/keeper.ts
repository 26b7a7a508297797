import type { KubeError } from '../../kube/error.ts';
import type { Logger } from '../../lib/log.ts';
import { objectId } from '../object-id.ts';
import type { KindObject } from '../sources/kubernetes/snapshot.ts';
import { type StoredVersions, textOf, type Versions, type VersionsSecret } from './secret.ts';

export interface VersionsKeeperOptions {
  readonly secret: VersionsSecret;
  isLeader(): boolean;
  /** What is in force and what is refused now; nothing while that is not known. */
  versions(): Versions | undefined;
  /** What others have written before. What they knew to be refused is to count before it is written over. */
  onRead(stored: StoredVersions): void;
  /** Of older versions that others have kept: where what has come after them is there, and as wrong as it was. */
  ofUse(older: readonly KindObject[]): readonly KindObject[];
  onTrouble(error: KubeError): void;
  readonly log: Logger;
  /** How long after a change. Default 500 ms: egress pods come first, and what they refuse belongs to it. */
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
  /** What the Secret says; nothing where it was deleted. Somebody may have emptied it, or made it anew. */
  found(text: string | undefined): void;
  close(): void;
}

const tooMuch = 'older versions that are in force do not fit into a Secret; a new replica will lack some';

export function keepOlderVersions(options: VersionsKeeperOptions): VersionsKeeper {
  const { secret, isLeader, onTrouble, log, waitMs = 500, againMs = 10_000 } = options;
  /** As it stands in the Secret; nothing while that is not known. */
  let stored: Pick<StoredVersions, 'text' | 'objects'> | undefined;
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
    const own = isLeader() ? options.versions() : undefined;
    if (own === undefined) return;
    if (stored !== undefined && textOf(withKept(own, stored.objects)).text === stored.text) return;
    const present = await secret.read();
    if (!present.ok) return fail(present.error);
    options.onRead(present.value);
    const versions = isLeader() ? options.versions() : undefined;
    if (versions === undefined) return;
    const next = withKept(versions, present.value.objects);
    const { text, leftOut } = textOf(next);
    if (text !== present.value.text) {
      if (leftOut > 0) log.warn({ leftOut }, tooMuch);
      const written = await secret.write(text, present.value);
      if (!written.ok) return fail(written.error);
      if (written.value === 'taken') return lookIn(waitMs);
    }
    stored = { text, objects: next.objects };
  }

  /** Who has just begun to lead may not know of everything what it was before. */
  function withKept({ objects, refused }: Versions, kept: readonly KindObject[]): Versions {
    const known = new Set(objects.map(({ kind, object }) => objectId(kind, object)));
    const missing = kept.filter((each) => !known.has(objectId(each.kind, each.object)));
    return { objects: [...objects, ...options.ofUse(missing)], refused };
  }

  function lookAnew(): void {
    stored = undefined;
    lookIn(waitMs);
  }

  function fail(error: KubeError): void {
    onTrouble(error);
    lookIn(againMs);
  }

  return {
    changed: () => lookIn(waitMs),
    elected: lookAnew,
    found(text) {
      if (isLeader() && text !== stored?.text) lookAnew();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
