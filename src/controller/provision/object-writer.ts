import type { KubeClient } from '../../kube/client.ts';
import { isConflict, isNotFound, isRefusal, type KubeError, kubeErrorText } from '../../kube/error.ts';
import type { Logger } from '../../lib/log.ts';
import { createContests } from './contests.ts';
import {
  contentOf,
  difference,
  isAsWanted,
  isOfGateway,
  objectKey,
  type Step,
  type Superfluous,
  takenText,
  type Written,
  wantedKey,
} from './difference.ts';
import { liveObject } from './live-object.ts';
import type { LiveObjects } from './live-objects.ts';
import { provisionedKinds, refOf } from './provisioned-kind.ts';
import type { Failure } from './provisioned-state.ts';
import type { WantedObject } from './render/render.ts';

export interface ObjectWriterOptions {
  readonly client: Pick<KubeClient, 'get' | 'apply' | 'patch' | 'delete'>;
  readonly live: Pick<LiveObjects, 'get'>;
  /** Asked right before every write: only one replica writes. */
  isLeader(): boolean;
  readonly log: Logger;
  /** Milliseconds of a clock that only goes on. */
  readonly now?: () => number;
  readonly random?: () => number;
}

/** What was refused is sent again after so long at the earliest: every change of the policy leads to another look. */
const refusedMs = 5_000;

interface Refusal {
  readonly content: string;
  readonly failure: Failure;
  readonly at: number;
}

export interface ObjectWriter {
  /** Writes what of these objects is not as wanted. Of several errors the first: the others most often follow from it. */
  write(objects: readonly WantedObject[], owner: string): Promise<Failure | undefined>;
  remove(object: Superfluous): Promise<void>;
  /** Something is not as wanted, since somebody else keeps changing it, and is to be looked at again. */
  isLeavingAlone(): boolean;
  /** All that is wanted: what the API server removes with its Gateway, nobody asks for any more. */
  keepOnly(keys: { has(key: string): boolean }): void;
  /** What was written last may not be what the cluster has: another replica has written meanwhile. */
  forget(): void;
}

interface ApplyOptions {
  /** Of the object that was found; none: there was none. */
  readonly uid?: string;
  /** How many a new one begins with, where an autoscaler is to keep their number. */
  readonly firstPods?: number | undefined;
}

interface ApplyFailure extends Failure {
  /** What was found is gone, or there is another one now, which the watch has yet to show. */
  readonly isOfAnother?: boolean;
}

/** Brings objects to where they are to be, and knows of its last write of each while the watch does not show it yet. */
export function createObjectWriter(options: ObjectWriterOptions): ObjectWriter {
  const { client, live, isLeader, log, now = () => performance.now() } = options;
  const written = new Map<string, Written>();
  const refused = new Map<string, Refusal>();
  const contests = createContests(now, options.random ?? Math.random);

  async function take(step: Step, owner: string): Promise<Failure | undefined> {
    if (step.kind === 'blocked') return { error: step.error };
    const refusal = refused.get(wantedKey(step.wanted));
    if (refusal?.content === contentOf(step.wanted) && now() - refusal.at < refusedMs) return refusal.failure;
    if (step.kind === 'create') return create(step.wanted, owner);
    if (contests.isLeftAlone(wantedKey(step.wanted), contentOf(step.wanted))) return undefined;
    const failure = await apply(step.wanted, { uid: step.uid });
    return failure?.isOfAnother === true ? create(step.wanted, owner) : failure;
  }

  async function create(object: WantedObject, owner: string): Promise<Failure | undefined> {
    const there = await client.get(refOf(object));
    if (there.ok) {
      const found = liveObject(there.value);
      if (!isOfGateway(object, found, owner)) return { error: takenText(object) };
      // It was made a moment ago, and the watch has not shown it yet.
      if (isAsWanted(object, found, written.get(wantedKey(object)))) return undefined;
      return apply(object, { uid: found.uid });
    }
    if (!isNotFound(there.error)) return { error: `${wantedKey(object)}: ${kubeErrorText(there.error)}` };
    return apply(object, { firstPods: object.firstReplicas });
  }

  async function apply(object: WantedObject, { uid, firstPods }: ApplyOptions): Promise<ApplyFailure | undefined> {
    if (!isLeader()) return undefined;
    const key = wantedKey(object);
    const before = live.get(object.kind, object.namespace, object.name);
    // A field that its only owner gives up falls back to its default: one pod, until the autoscaler has looked.
    if (object.firstReplicas !== undefined && before?.ownReplicas !== undefined) {
      await handOver(object, before.ownReplicas, uid);
    }
    let answer = await client.apply(refOf(object), ofUid(object.object, uid));
    if (!answer.ok && uid !== undefined && isOfTheirPorts(object, answer.error)) {
      const replaced = await client.patch(refOf(object), ofUid(portsOf(object), uid));
      if (replaced.ok) answer = await client.apply(refOf(object), ofUid(object.object, uid));
    }
    if (!answer.ok) {
      written.delete(key);
      const error = `${key}: ${kubeErrorText(answer.error)}`;
      if (uid && isOfAnother(answer.error)) return { error, isOfAnother: true };
      if (!isRefusal(answer.error)) return { error };
      const failure = { error, refused: object };
      refused.set(key, { content: contentOf(object), failure, at: now() });
      return failure;
    }
    refused.delete(key);
    const after = liveObject(answer.value);
    const hasChanged = before?.resourceVersion !== after.resourceVersion;
    const last = written.get(key);
    const isTakenBack = hasChanged && last?.uid === after.uid && last.wanted === contentOf(object);
    const pauseMs = isTakenBack ? contests.takenBack(key, contentOf(object)) : 0;
    if (pauseMs > 0)
      log.warn({ object: key, pauseMs }, 'somebody else keeps changing it; it is left alone for a while');
    written.set(key, {
      wanted: contentOf(object),
      uid: after.uid,
      ownFields: after.ownFields,
      staleVersion: hasChanged ? before?.resourceVersion : undefined,
    });
    if (hasChanged) log.info({ object: key }, 'applied');
    if (firstPods !== undefined) await handOver(object, firstPods, after.uid);
    return undefined;
  }

  /** Says how many pods there are to be in another name, from which the autoscaler takes it over with its first change. */
  async function handOver(object: WantedObject, replicas: number, uid: string | undefined): Promise<void> {
    const { apiVersion, kind } = object.object;
    const metadata = { name: object.name, namespace: object.namespace };
    const body = ofUid({ apiVersion, kind, metadata, spec: { replicas } }, uid);
    const answer = await client.apply(refOf(object), body, { fieldManager: 'sluice-replicas' });
    if (!answer.ok) log.warn({ object: wantedKey(object), reason: kubeErrorText(answer.error) }, 'not scaled');
  }

  return {
    async write(wanted, owner) {
      let first: Failure | undefined;
      for (const step of difference({ wanted, owner, live: live.get, written: (key) => written.get(key) })) {
        const failure = await take(step, owner);
        first ??= failure;
      }
      return first;
    },
    async remove({ of, live: { namespace, name, uid } }) {
      if (!isLeader()) return;
      const answer = await client.delete({ ...provisionedKinds[of], namespace, name }, { uid });
      const key = objectKey(of, namespace, name);
      written.delete(key);
      refused.delete(key);
      if (answer.ok) log.info({ object: key }, 'removed');
      else if (!isNotFound(answer.error)) log.warn({ object: key, reason: kubeErrorText(answer.error) }, 'not removed');
    },
    keepOnly(keys) {
      for (const known of [written, refused]) for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
      contests.keepOnly(keys);
    },
    isLeavingAlone: contests.isAnyLeftAlone,
    forget() {
      contests.forget();
      written.clear();
      refused.clear();
    },
  };
}

/** The API server applies it to the object with this uid, and to no other one of its name. */
function ofUid(body: { readonly [field: string]: unknown }, uid: string | undefined) {
  return uid ? { ...body, metadata: { ...(body.metadata as object), uid } } : body;
}

/** It answers 409 where nothing has that name, and 422 where something else has. */
function isOfAnother(error: KubeError): boolean {
  return isConflict(error) || (error.code === 422 && error.message.includes('metadata.uid: '));
}

/**
 * A port whose number somebody has changed stays beside ours, because it is theirs now, and a Service has no two ports of
 * one name: applying alone never brings it back.
 */
function isOfTheirPorts({ kind }: WantedObject, error: KubeError): boolean {
  return kind === 'Service' && error.code === 422 && error.message.includes('spec.ports[');
}

function portsOf({ object }: WantedObject) {
  const { ports } = object.spec as { readonly ports?: unknown };
  return { metadata: {}, spec: { ports } };
}
