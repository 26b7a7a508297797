import type { KubeClient } from '../../kube/client.ts';
import { isNotFound, isRefusal, kubeErrorText } from '../../kube/error.ts';
import type { Logger } from '../../lib/log.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { AuthorityRoles } from '../../pki/rotation.ts';
import type { ProvisionedGateway as Outcome } from '../conditions/outcome.ts';
import { certificateSecret, gatewayCertificate, type SecretTexts } from './certificate.ts';
import {
  contentOf,
  difference,
  isAsWanted,
  objectKey,
  type Step,
  superfluous,
  takenText,
  type Written,
  wantedKey,
} from './difference.ts';
import { faultyParameters } from './faulty-parameters.ts';
import { groupOf } from './gateway.ts';
import { type LiveObject, liveObject } from './live-object.ts';
import type { LiveObjects } from './live-objects.ts';
import { provisionedKinds, refOf } from './provisioned-kind.ts';
import { type Failure, provisionedState } from './provisioned-state.ts';
import { certificateSecretName } from './render/pod-template.ts';
import type { WantedObject } from './render/render.ts';
import { createRenderer } from './renderer.ts';
import type { ProvisionSettings } from './settings.ts';
import type { WantedGateway, WantedGateways } from './wanted-gateways.ts';

export interface ProvisionerOptions {
  readonly client: Pick<KubeClient, 'get' | 'apply' | 'delete'>;
  readonly live: LiveObjects;
  readonly settings: ProvisionSettings;
  /** Our own authority; nothing until it is known. Needed only where the settings name no Secret. */
  authorities?(): AuthorityRoles | undefined;
  /** Asked right before every write: only one replica writes. */
  isLeader(): boolean;
  /** What a status would say is different now. */
  onChange(): void;
  readonly log: Logger;
  now?(): Date;
}

export interface Provisioner {
  /** What is wanted from now on. */
  want(wanted: WantedGateways): void;
  /** Something else changed: what is there, who leads, the authority. Looks again, and writes what differs. */
  look(): void;
  /** By name of the gateway in the model. */
  state(): ReadonlyMap<string, Outcome>;
  /** Resolves when nothing is being written. */
  settled(): Promise<void>;
  close(): void;
}

/** A failed write is repeated after so long, twice as long each time. */
const firstRetryMs = 2_000;
const longestRetryMs = 60_000;
/** Certificates come due without anybody saying so. */
const lookMs = 60_000;

/** Keeps what is made for Gateways as it is wanted, as long as this replica leads. In between it writes nothing. */
export function createProvisioner(options: ProvisionerOptions): Provisioner {
  const { client, live, settings, log } = options;
  const now = options.now ?? (() => new Date());
  const render = createRenderer(settings);
  const written = new Map<string, Written>();
  /** By uid of the Gateway: what was issued last, since a watch shows it only later. */
  const issued = new Map<string, SecretTexts>();
  /** By name of the gateway. */
  let failed: ReadonlyMap<string, Failure> = new Map();
  let wanted: WantedGateways | undefined;
  let running: Promise<void> | undefined;
  let isAgain = false;
  let isClosed = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    if (isClosed) return;
    if (running !== undefined) {
      isAgain = true;
      return;
    }
    clearTimeout(timer);
    isAgain = false;
    running = pass()
      .catch((error: unknown) => {
        log.error({ error: error instanceof Error ? error : undefined }, 'provisioning failed; it is tried again');
        failures += 1;
      })
      .finally(() => {
        running = undefined;
        options.onChange();
        if (isClosed) return;
        if (isAgain) look();
        else timer = setTimeout(look, failures === 0 ? lookMs : retryMs(failures)).unref();
      });
  }

  async function pass(): Promise<void> {
    if (!options.isLeader()) {
      // By the time we lead again another one has written.
      written.clear();
      issued.clear();
      return;
    }
    if (wanted === undefined || !live.hasSynced()) return;
    const { gateways, released } = wanted;
    const found = new Map<string, Failure>();
    const keys = new Set<string>();
    const readable = new Set<string>();
    for (const each of gateways) {
      const objects = await objectsOf(each);
      if (objects.ok) {
        for (const object of objects.value) keys.add(wantedKey(object));
        readable.add(each.gateway.uid);
      }
      const failure = objects.ok ? await write(each, objects.value) : { error: objects.error };
      if (failure !== undefined) found.set(groupOf(each.gateway), await explained(failure, each));
    }
    const isOver = ({ owner = '', controller }: LiveObject): boolean =>
      readable.has(owner) || (released.has(owner) && controller === settings.controllerName);
    for (const step of superfluous(live.all(), keys, isOver)) await take(step);
    for (const [name, { error }] of found) {
      if (failed.get(name)?.error !== error)
        log.warn({ gateway: name, error }, 'what belongs to the gateway is not as wanted');
    }
    failures = found.size === 0 ? 0 : failures + 1;
    failed = found;
  }

  async function objectsOf({ gateway, parameters }: WantedGateway): Promise<Result<readonly WantedObject[]>> {
    if (!parameters.ok) return parameters;
    const rendered = render(gateway, parameters.value);
    if (!rendered.ok || settings.xds.tls === undefined || settings.xds.tls.secretName !== undefined) return rendered;
    const authorities = options.authorities?.();
    if (authorities === undefined) return err('The certificate authority of the controller is not there yet.');
    const existing = live.get('Secret', gateway.namespace, certificateSecretName(gateway));
    const texts = await gatewayCertificate({
      gateway,
      existing: issued.get(gateway.uid) ?? (existing?.owner === gateway.uid ? existing.data : undefined),
      authorities,
      now: now(),
    });
    if (!texts.ok) return texts;
    issued.set(gateway.uid, texts.value);
    // Pods do not start before the Secrets that they name are there.
    return ok([certificateSecret({ gateway, settings }, texts.value), ...rendered.value]);
  }

  /** The first error; the others most often follow from it. */
  async function write({ gateway }: WantedGateway, objects: readonly WantedObject[]): Promise<Failure | undefined> {
    const steps = difference({
      wanted: objects,
      owner: gateway.uid,
      live: live.get,
      written: (key) => written.get(key),
    });
    let first: Failure | undefined;
    for (const step of steps) {
      const failure = step.kind === 'create' ? await create(step.wanted, gateway.uid) : await take(step);
      first ??= failure;
    }
    return first;
  }

  /** With the documents that are to blame. As long as the same object is refused, they are known. */
  async function explained(failure: Failure, { gateway, parameters, parameterIds }: WantedGateway): Promise<Failure> {
    const { refused: object } = failure;
    if (object === undefined || !parameters.ok) return failure;
    const before = failed.get(groupOf(gateway));
    if (before?.refused === object && before.faulty !== undefined) return { ...failure, faulty: before.faulty };
    const owners = await faultyParameters({ client, object, gateway, settings, parameters: parameters.value });
    const ids = new Set(owners.flatMap((owner) => parameterIds[owner] ?? []));
    return ids.size === 0 ? failure : { ...failure, faulty: [...ids] };
  }

  async function create(object: WantedObject, owner: string): Promise<Failure | undefined> {
    const there = await client.get(refOf(object));
    if (there.ok) {
      const found = liveObject(there.value);
      if (found.owner !== owner) return { error: takenText(object) };
      // It was made a moment ago, and the watch has not shown it yet.
      if (isAsWanted(object, found, written.get(wantedKey(object)))) return undefined;
    } else if (!isNotFound(there.error)) return { error: `${wantedKey(object)}: ${kubeErrorText(there.error)}` };
    return take({ kind: 'apply', wanted: object }, !there.ok);
  }

  async function take(step: Step, isNew = false): Promise<Failure | undefined> {
    if (step.kind === 'blocked') return { error: step.error };
    if (!options.isLeader()) return undefined;
    if (step.kind === 'delete') {
      const { namespace, name, uid } = step.live;
      const answer = await client.delete({ ...provisionedKinds[step.of], namespace, name }, { uid });
      const key = objectKey(step.of, namespace, name);
      written.delete(key);
      if (answer.ok) log.info({ object: key }, 'removed');
      else if (!isNotFound(answer.error)) log.warn({ object: key, reason: kubeErrorText(answer.error) }, 'not removed');
      return undefined;
    }
    const object = step.wanted;
    const key = wantedKey(object);
    const before = live.get(object.kind, object.namespace, object.name);
    // A field that its only owner gives up falls back to its default: one pod, until the autoscaler has looked.
    if (object.firstReplicas !== undefined && before?.ownReplicas !== undefined) {
      await handOver(object, before.ownReplicas);
    }
    const answer = await client.apply(refOf(object), object.object);
    if (!answer.ok) {
      written.delete(key);
      const error = `${key}: ${kubeErrorText(answer.error)}`;
      return isRefusal(answer.error) ? { error, refused: object } : { error };
    }
    const after = liveObject(answer.value);
    written.set(key, {
      wanted: contentOf(object),
      uid: after.uid,
      ownFields: after.ownFields,
      staleVersion: before?.resourceVersion === after.resourceVersion ? undefined : before?.resourceVersion,
    });
    if (before?.resourceVersion !== after.resourceVersion) log.info({ object: key }, 'applied');
    if (isNew && object.firstReplicas !== undefined) await handOver(object, object.firstReplicas);
    return undefined;
  }

  /** Says how many pods there are to be in another name, from which the autoscaler takes it over with its first change. */
  async function handOver(object: WantedObject, replicas: number): Promise<void> {
    const { apiVersion, kind } = object.object;
    const metadata = { name: object.name, namespace: object.namespace };
    const body = { apiVersion, kind, metadata, spec: { replicas } };
    const answer = await client.apply(refOf(object), body, { fieldManager: 'sluice-replicas' });
    if (!answer.ok) log.warn({ object: wantedKey(object), reason: kubeErrorText(answer.error) }, 'not scaled');
  }

  return {
    want(next) {
      wanted = next;
      live.follow(next.namespaces);
      look();
    },
    look,
    state() {
      const gateways = wanted?.gateways ?? [];
      return new Map(
        gateways.map(({ gateway }) => {
          const name = groupOf(gateway);
          return [name, provisionedState(gateway, live, failed.get(name))];
        }),
      );
    },
    async settled() {
      while (running !== undefined) await running;
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

function retryMs(failures: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 10));
}
