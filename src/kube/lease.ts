import type { KubeClient } from './client.ts';
import { isConflict, isNotFound, isRecord, type KubeError } from './error.ts';
import {
  isLeader,
  type LeaseInput,
  type LeaseRecord,
  type LeaseTimes,
  leadershipEnd,
  leaseAction,
  nextLeaseState,
  startOfElection,
} from './lease-steps.ts';
import type { KubeObject, ObjectRef, OwnerReference } from './object.ts';

export interface LeaseOptions {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
  readonly namespace: string;
  readonly name: string;
  /** Unique among all that compete, also over restarts: the pod's name with something random behind it. */
  readonly identity: string;
  /**
   * Asked when the lease is made: with what it goes. Else the next to compete would wait for those who are gone and could
   * not give it back.
   */
  readonly owner?: () => Promise<OwnerReference | undefined>;
  /** Default 15 s, 10 s and 2 s, as the controllers of Kubernetes have it. */
  readonly times?: Partial<LeaseTimes>;
  onElected(): void;
  /** At once, also when the API server cannot be reached: whoever writes must stop now. */
  onLost(): void;
  /** An attempt failed. It is repeated; being told is for the log. */
  onError(error: KubeError): void;
}

export interface Election {
  /** True only while the lease is safely ours; ask right before every write. */
  isLeader(): boolean;
  /** Who holds it, as far as known. */
  holder(): string | undefined;
  /** Gives the lease back, so that another one takes over within one retry instead of the whole duration. */
  close(): Promise<void>;
}

/** Takes part in an election over a Lease object, until closed. */
export function joinElection(options: LeaseOptions): Election {
  const { client, identity } = options;
  const times: LeaseTimes = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000, ...options.times };
  const place = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespace: options.namespace };
  const ref: ObjectRef = { ...place, name: options.name };
  // A call that hangs must leave time for another one.
  const limit = { timeoutMs: Math.max(500, (times.renewMs - times.retryMs) / 2) };
  let state = startOfElection(identity, times);
  let lease: KubeObject | undefined;
  let hasRead = false;
  let wasLeader = false;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;
  let deadline: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  function take(input: LeaseInput): void {
    state = nextLeaseState(state, input);
    tell();
  }

  /** Says what has changed, and watches over the moment when leadership ends by itself. */
  function tell(): void {
    clearTimeout(deadline);
    const now = performance.now();
    // What comes after the end, of a call that was on its way, begins nothing.
    const leads = !isClosed && isLeader(state, now);
    const end = leadershipEnd(state);
    if (leads && end !== undefined) deadline = setTimeout(tell, Math.max(1, end - now));
    if (leads === wasLeader) return;
    wasLeader = leads;
    if (leads) options.onElected();
    else options.onLost();
  }

  async function read(): Promise<void> {
    const answer = await client.get(ref, limit);
    if (isClosed) return;
    const at = performance.now();
    if (answer.ok) {
      lease = answer.value;
      hasRead = true;
      return take({ kind: 'read', record: recordOf(answer.value), at });
    }
    hasRead = isNotFound(answer.error);
    if (hasRead) return take({ kind: 'read', record: undefined, at });
    failed(answer.error);
  }

  async function write(record: LeaseRecord | undefined, isTransition: boolean): Promise<void> {
    const metadata = record === undefined || lease === undefined ? await newMetadata() : lease.metadata;
    const sentAt = performance.now();
    const now = microTime();
    const spec = {
      ...(isRecord(lease?.spec) ? lease.spec : {}),
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(times.leaseMs / 1000),
      acquireTime: record === undefined || isTransition ? now : record.acquireTime,
      renewTime: now,
      leaseTransitions: (record?.transitions ?? 0) + (isTransition ? 1 : 0),
    };
    const answer =
      record === undefined || lease === undefined
        ? await client.create(place, leaseObject(metadata, spec), limit)
        : await client.replace(ref, leaseObject(metadata, spec), limit);
    if (answer.ok) {
      lease = answer.value;
      return take({ kind: 'written', record: recordOf(answer.value), sentAt, at: performance.now() });
    }
    hasRead = false;
    // Not found: somebody deleted it. Both are answered by reading again, at once.
    if (!isConflict(answer.error) && !isNotFound(answer.error)) return failed(answer.error);
    take({ kind: 'conflict' });
    if (!isClosed) await read();
  }

  async function newMetadata() {
    const owner = await options.owner?.();
    return { name: options.name, namespace: options.namespace, ...(owner && { ownerReferences: [owner] }) };
  }

  function failed(error: KubeError): void {
    take({ kind: 'failed', at: performance.now() });
    options.onError(error);
  }

  async function attempt(): Promise<void> {
    // A leader knows what stands there, since it wrote it: one call for each renewal.
    if (!hasRead || !isLeader(state, performance.now())) await read();
    if (hasRead && !isClosed) {
      const action = leaseAction(state, performance.now());
      if (action.kind === 'create') await write(undefined, false);
      else if (action.kind === 'take') await write(action.record, action.isTransition);
    }
    // Not all at the same time: those that wait would meet again and again.
    if (!isClosed) retry = setTimeout(next, times.retryMs * (isLeader(state, performance.now()) ? 1 : jitter()));
  }

  function next(): void {
    running = attempt();
  }

  next();
  return {
    isLeader: () => !isClosed && isLeader(state, performance.now()),
    holder: () => (state.record === undefined || state.record.holder === '' ? undefined : state.record.holder),
    async close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(retry);
      await running;
      const leads = isLeader(state, performance.now());
      // Whoever writes stops before another one can start.
      take({ kind: 'released' });
      clearTimeout(deadline);
      if (!leads || lease === undefined) return;
      const spec = { ...(isRecord(lease.spec) ? lease.spec : {}), holderIdentity: '', renewTime: microTime() };
      const answer = await client.replace(ref, leaseObject(lease.metadata, spec), limit);
      if (!answer.ok) options.onError(answer.error);
    },
  };
}

function leaseObject(metadata: unknown, spec: unknown): unknown {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
}

function recordOf({ metadata, spec }: KubeObject): LeaseRecord {
  const fields = isRecord(spec) ? spec : {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const count = (value: unknown): number => (typeof value === 'number' ? value : 0);
  return {
    holder: text(fields.holderIdentity),
    durationMs: count(fields.leaseDurationSeconds) * 1000,
    acquireTime: text(fields.acquireTime),
    renewTime: text(fields.renewTime),
    transitions: count(fields.leaseTransitions),
    resourceVersion: metadata.resourceVersion ?? '',
  };
}

/** Kubernetes wants six digits behind the point. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}

function jitter(): number {
  return 1 + Math.random() * 0.2;
}
