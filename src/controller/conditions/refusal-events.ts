import type { KubeClient } from '../../kube/client.ts';
import { kubeErrorText } from '../../kube/error.ts';
import type { KubeObject, ObjectRef } from '../../kube/object.ts';
import type { Logger } from '../../lib/log.ts';
import { bounded, nackMessage } from './message.ts';

export interface RefusalEventsOptions {
  readonly client: Pick<KubeClient, 'create' | 'patch'>;
  /** The Gateway of this name in the model. */
  gateway(name: string): KubeObject | undefined;
  readonly log: Logger;
  readonly now?: () => number;
}

/**
 * Refusals of configuration as Events of the Gateway, where `kubectl describe` shows them. Every replica tells those of
 * its own clients; equal ones become one Event that counts. They may get lost: conditions are what counts.
 */
export interface RefusalEvents {
  /** A client of the gateway refused something of this type. */
  refused(gateway: string, type: string, text: string): void;
  close(): void;
}

interface Told {
  readonly at: number;
  count: number;
  /** Absent until the API server has it. */
  ref?: ObjectRef;
  timer?: NodeJS.Timeout;
}

/** A repetition is told after so long, with all others of that time. */
const quietMs = 60_000;
/** After this time an API server has forgotten an Event. */
const forgottenMs = 3_600_000;
/** Different texts within that time. More of them help nobody who looks for the cause. */
const mostTexts = 20;

export function createRefusalEvents({ client, gateway, log, now = Date.now }: RefusalEventsOptions): RefusalEvents {
  const told = new Map<string, Told>();
  let isClosed = false;

  async function create(object: KubeObject, message: string, entry: Told): Promise<void> {
    const { name, namespace = 'default', uid } = object.metadata;
    const place = { group: '', version: 'v1', plural: 'events', namespace };
    const time = timeOf(entry.at);
    // As client-go names them: unique, and found by the name of what they are about.
    const ref: ObjectRef = { ...place, name: `${name.slice(0, 200)}.${(entry.at * 1_000 + told.size).toString(16)}` };
    const answer = await client.create(place, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: ref.name, namespace },
      involvedObject: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', name, namespace, uid },
      type: 'Warning',
      reason: 'ConfigurationRefused',
      message,
      count: entry.count,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component: 'sluice-controller' },
      reportingComponent: 'sluice.dev/gateway-controller',
    });
    if (answer.ok) entry.ref = ref;
    else log.warn({ gateway: name, error: kubeErrorText(answer.error) }, 'an Event could not be written');
  }

  async function tellCount(entry: Told): Promise<void> {
    delete entry.timer;
    if (isClosed || entry.ref === undefined) return;
    await client.patch(entry.ref, { count: entry.count, lastTimestamp: timeOf(now()) });
  }

  return {
    refused(name, type, text) {
      const object = gateway(name);
      if (object === undefined || isClosed) return;
      const at = now();
      for (const [key, entry] of told) if (at - entry.at > forgottenMs && entry.timer === undefined) told.delete(key);
      const message = bounded(`${type}: ${nackMessage(text)}`, 1_000);
      const key = `${object.metadata.uid} ${message}`;
      const known = told.get(key);
      if (known !== undefined) {
        known.count += 1;
        known.timer ??= setTimeout(() => void tellCount(known), quietMs).unref();
        return;
      }
      if (told.size >= mostTexts) return;
      const entry: Told = { at, count: 1 };
      told.set(key, entry);
      void create(object, message, entry);
    },
    close() {
      isClosed = true;
      for (const { timer } of told.values()) clearTimeout(timer);
    },
  };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
