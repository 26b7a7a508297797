import type { KubeClient } from '../../../kube/client.ts';
import { isConflict, isNotFound, type KubeError, kubeErrorText } from '../../../kube/error.ts';
import type { ObjectRef } from '../../../kube/object.ts';
import type { Logger } from '../../../lib/log.ts';
import { type Fields, fieldsOf } from '../fields.ts';
import type { WatchedObject } from '../outcome.ts';
import type { Status } from '../status.ts';
import type { ObjectStatus } from '../statuses.ts';
import { createHolds } from './holds.ts';
import { createOutage } from './outage.ts';
import { createOwnWrites } from './own-writes.ts';
import { createPace } from './pace.ts';
import { statusPatch } from './patch.ts';
import { byUrgency } from './urgency.ts';

export interface StatusWriterOptions {
  readonly client: Pick<KubeClient, 'patchStatus'>;
  /** Asked right before every write: one replica writes. */
  isLeader(): boolean;
  /** Somebody else was faster: the objects are to be read again. */
  onConflict(): void;
  readonly onWrite?: (result: 'written' | 'failed') => void;
  readonly log: Logger;
  /** For what is written: milliseconds since the epoch. Waiting goes by a clock that nobody sets. */
  readonly now?: () => number;
  readonly random?: () => number;
  /** Default 50 in a second, 100 at once, 4 at the same time: an API server serves others, too. */
  readonly perSecond?: number;
  readonly burst?: number;
  readonly concurrency?: number;
}

/** Brings what objects say to what they are to say, a little at a time. Writes only what differs. */
export interface StatusWriter {
  /** This is what is to be said now, and all of it: what was wanted before and is not in it is left as it is. */
  want(statuses: readonly ObjectStatus[]): void;
  /** With what was written and has not come back through the watch. */
  newest(watched: WatchedObject): WatchedObject;
  close(): void;
}

export function createStatusWriter(options: StatusWriterOptions): StatusWriter {
  const { client, log } = options;
  const now = options.now ?? Date.now;
  const elapsed = (): number => performance.now();
  const random = options.random ?? Math.random;
  const pace = createPace(options.perSecond ?? 50, options.burst ?? 100);
  const concurrency = options.concurrency ?? 4;
  const ownWrites = createOwnWrites();
  const holds = createHolds(random);
  const outage = createOutage(random);
  let wanted = new Map<string, ObjectStatus>();
  const due = new Set<string>();
  const running = new Set<string>();
  /** The object that says what it is to say, by what that is. */
  const told = new WeakMap<Status, WatchedObject['object']>();
  /** Something may be remembered of an object that is not among the wanted ones any more. */
  let hasGone = false;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function patchOf({ watched, status }: ObjectStatus): Fields | undefined {
    const time = new Date(now()).toISOString().replace(/\.\d+Z$/, 'Z');
    return statusPatch(status, fieldsOf(ownWrites.newest(watched).object.status), time);
  }

  function look(wants: ObjectStatus): void {
    const { id, status, watched } = wants;
    if (running.has(id) || told.get(status) === watched.object) return;
    if (patchOf(wants) === undefined) told.set(status, watched.object);
    else due.add(id);
  }

  /** Starts what may start, and comes back for the rest. */
  function pump(): void {
    clearTimeout(timer);
    if (isClosed) return;
    if (!options.isLeader()) due.clear();
    const at = elapsed();
    const again = outage.waitMs(at) || startDue(at);
    if (due.size === 0 || !Number.isFinite(again)) return;
    timer = setTimeout(pump, Math.max(1, again));
    timer.unref();
  }

  /** How long until the next of them may start; for ever, where one that is running has to end first. */
  function startDue(at: number): number {
    let again = Number.POSITIVE_INFINITY;
    for (const id of due) {
      const status = wanted.get(id);
      const holdMs = status === undefined ? 0 : holds.waitMs(id, () => said(status), at);
      if (holdMs > 0) {
        again = Math.min(again, holdMs);
        continue;
      }
      if (running.size >= concurrency) return Number.POSITIVE_INFINITY;
      const paceMs = pace.waitMs(at);
      if (paceMs > 0) return Math.min(again, paceMs);
      due.delete(id);
      if (status !== undefined) void write(status);
    }
    return again;
  }

  async function write(status: ObjectStatus): Promise<void> {
    const { id } = status;
    const over = ownWrites.newest(status.watched);
    const patch = patchOf(status);
    if (patch === undefined) return;
    running.add(id);
    const { resourceVersion } = over.object.metadata;
    const answer = await client.patchStatus(refOf(over), patch, { ...(resourceVersion && { resourceVersion }) });
    running.delete(id);
    if (isClosed) return;
    if (answer.ok) {
      outage.over();
      ownWrites.written(over, answer.value);
      holds.written(id, said(status), elapsed());
      // The schema of another version or project does not have all of it, and the API server took that away.
      if (patchOf(status) !== undefined) holds.futile(id, said(status));
    } else failed(status, answer.error);
    options.onWrite?.(answer.ok ? 'written' : 'failed');
    const next = wanted.get(id);
    if (next !== undefined) look(next);
    pump();
  }

  function failed(status: ObjectStatus, error: KubeError): void {
    const { id } = status;
    if (isNotFound(error)) {
      // The object is gone, or its definition has no status.
      if (wanted.get(id) === status) wanted.delete(id);
      hasGone = true;
      holds.refused(id, said(status), elapsed());
    } else if (isConflict(error)) {
      holds.conflicted(id, elapsed());
      options.onConflict();
    } else if ([400, 403, 405, 413, 422].includes(error.code)) {
      log.error({ object: id, error: kubeErrorText(error) }, 'the API server does not take a status');
      holds.refused(id, said(status), elapsed());
    } else {
      const isNew = outage.failed(error, elapsed());
      if (isNew) log.warn({ error: kubeErrorText(error) }, 'writing status failed, trying again');
    }
  }

  return {
    want(statuses) {
      const before = wanted;
      wanted = new Map(statuses.map((each) => [each.id, each]));
      if (hasGone || [...before.keys()].some((id) => !wanted.has(id))) {
        hasGone = false;
        ownWrites.keepOnly(wanted);
        holds.keepOnly(wanted);
      }
      due.clear();
      for (const each of byUrgency(statuses, before)) look(each);
      pump();
    },
    newest: ownWrites.newest,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** Of this very object: one that is made again under its name has yet to be told. */
function said({ status, watched }: ObjectStatus): string {
  return `${watched.object.metadata.uid ?? ''} ${JSON.stringify(status)}`;
}

function refOf({ resource, object: { metadata } }: WatchedObject): ObjectRef {
  const { namespace, name } = metadata;
  return { ...resource, name, ...(namespace !== undefined && { namespace }) };
}
