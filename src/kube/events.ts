import type { KubeClient } from './client.ts';
import { isNotFound, type KubeError } from './error.ts';
import type { KubeObject, ObjectRef } from './object.ts';

/** What `kubectl describe` shows below an object. */
export interface Notice {
  readonly regarding: KubeObject;
  readonly type: 'Normal' | 'Warning';
  /** One word for machines: `Refused`. */
  readonly reason: string;
  /** What was being done: `Publish`. */
  readonly action: string;
  /** For people. Must hold no secret. */
  readonly note: string;
}

export interface EventOptions {
  readonly client: Pick<KubeClient, 'create' | 'patch'>;
  /** Name of the controller, such as `sluice.dev/gateway-controller`. */
  readonly controller: string;
  /** Name of the pod. */
  readonly instance: string;
  onError(error: KubeError): void;
  /** The same notice within this time is counted instead of repeated. Default 6 minutes. */
  readonly sameMs?: number;
  /** How often a count is written. Default once a minute. */
  readonly countMs?: number;
  /** New ones in a row; then one per second. Default 25. More are dropped: events are a courtesy. */
  readonly burst?: number;
}

export interface EventRecorder {
  /** Never waits, never fails. */
  record(notice: Notice): void;
  close(): void;
}

interface Series {
  readonly ref: ObjectRef;
  /** Whether it has been written; a count can only follow it. */
  readonly created: Promise<boolean>;
  count: number;
  lastAt: number;
  timer: NodeJS.Timeout | undefined;
}

const resource = { group: 'events.k8s.io', version: 'v1', plural: 'events' };
/** In bytes; the API server takes no longer notes. */
const longestNote = 1024;

export function createEventRecorder(options: EventOptions): EventRecorder {
  const { client, sameMs = 360_000, countMs = 60_000, burst = 25 } = options;
  const known = new Map<string, Series>();
  let tokens = burst;
  let filledAt = performance.now();

  function mayCreate(): boolean {
    const now = performance.now();
    tokens = Math.min(burst, tokens + (now - filledAt) / 1000);
    filledAt = now;
    if (tokens < 1) return false;
    tokens--;
    return true;
  }

  async function create(ref: ObjectRef, { regarding, type, reason, action, note }: Notice): Promise<boolean> {
    const { apiVersion, kind, metadata } = regarding;
    const { name, namespace, uid, resourceVersion } = metadata;
    const answer = await client.create(
      { ...resource, namespace: ref.namespace ?? 'default' },
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: ref.name, namespace: ref.namespace },
        eventTime: microTime(),
        reportingController: options.controller,
        reportingInstance: options.instance,
        type,
        reason,
        action,
        note: shortened(note),
        regarding: { apiVersion, kind, name, namespace, uid, resourceVersion },
      },
    );
    if (!answer.ok) options.onError(answer.error);
    return answer.ok;
  }

  async function writeCount(key: string, series: Series): Promise<void> {
    series.timer = undefined;
    if (!(await series.created)) return void known.delete(key);
    const answer = await client.patch(series.ref, { series: { count: series.count, lastObservedTime: microTime() } });
    if (answer.ok) return;
    // Events live for an hour; the next notice begins anew.
    if (isNotFound(answer.error)) known.delete(key);
    else options.onError(answer.error);
  }

  return {
    record(notice) {
      const now = performance.now();
      for (const [key, { lastAt, timer }] of known) if (!timer && now - lastAt > sameMs) known.delete(key);
      const { uid, name, namespace = 'default' } = notice.regarding.metadata;
      const key = JSON.stringify([uid, notice.type, notice.reason, notice.note]);
      const series = known.get(key);
      if (series !== undefined) {
        series.count++;
        series.lastAt = now;
        series.timer ??= setTimeout(() => void writeCount(key, series), countMs).unref();
        return;
      }
      if (!mayCreate()) return;
      const ref = { ...resource, namespace, name: eventName(name) };
      known.set(key, { ref, created: create(ref, notice), count: 1, lastAt: now, timer: undefined });
    },
    close() {
      for (const { timer } of known.values()) clearTimeout(timer);
      known.clear();
    },
  };
}

function shortened(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= longestNote) return note;
  // A character that was cut in half reads as U+FFFD.
  return `${bytes
    .subarray(0, longestNote - 6)
    .toString()
    .replace(/\ufffd$/, '')}…`;
}

let last = 0;

/** Unique, and beginning with the object's name as those of other controllers do. */
function eventName(name: string): string {
  last = Math.max(last + 1, Date.now() * 1000);
  return `${name.slice(0, 200)}.${last.toString(16)}`;
}

function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
