import type { KubeClient } from '../../kube/client.ts';
import { kubeErrorText } from '../../kube/error.ts';
import type { Logger } from '../../lib/log.ts';
import { err, type Result } from '../../lib/result.ts';
import type { AuthorityRoles } from '../../pki/rotation.ts';
import type { ProvisionedGateway as Outcome } from '../conditions/outcome.ts';
import { causeOf } from './cause.ts';
import { superfluous, wantedKey } from './difference.ts';
import { groupOf } from './gateway.ts';
import { createGatewayObjects, issuesCertificates } from './gateway-objects.ts';
import type { LiveObject } from './live-object.ts';
import type { LiveObjects } from './live-objects.ts';
import { createObjectWriter } from './object-writer.ts';
import { createPasses, type PassOutcome } from './passes.ts';
import { type Failure, provisionedState } from './provisioned-state.ts';
import type { WantedObject } from './render/render.ts';
import type { ProvisionSettings } from './settings.ts';
import type { WantedGateway, WantedGateways } from './wanted-gateways.ts';

export interface ProvisionerOptions {
  readonly client: Pick<KubeClient, 'get' | 'apply' | 'patch' | 'delete'>;
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
  /** Everything has been looked at once since this replica leads, or there was time enough for it. */
  hasLooked(): boolean;
  /** By name of the gateway in the model. */
  state(): ReadonlyMap<string, Outcome>;
  /** Resolves when nothing is being written. */
  settled(): Promise<void>;
  close(): void;
}

/** So long a new leader may take for its first look before it tells what it knows by then. */
const firstLookMs = 10_000;

/** Keeps what is made for Gateways as it is wanted, as long as this replica leads. In between it writes nothing. */
export function createProvisioner(options: ProvisionerOptions): Provisioner {
  const { client, live, settings, isLeader, log, now } = options;
  const objects = createGatewayObjects({ ...options, now: now ?? (() => new Date()) });
  const writer = createObjectWriter({ client, live, isLeader, log, ...(now && { now: () => now().getTime() }) });
  const passes = createPasses({
    pass,
    onDone: options.onChange,
    onError(error) {
      log.error({ error: error instanceof Error ? error : undefined }, 'provisioning failed; it is tried again');
    },
  });
  /** By name of the gateway. */
  let failed: ReadonlyMap<string, Failure> = new Map();
  let wanted: WantedGateways | undefined;
  let hasLooked = false;
  let firstLook: NodeJS.Timeout | undefined;

  async function pass(): Promise<PassOutcome> {
    if (!isLeader()) {
      // By the time we lead again another one has written.
      objects.forget();
      writer.forget();
      failed = new Map();
      clearTimeout(firstLook);
      firstLook = undefined;
      hasLooked = false;
      return 'not due';
    }
    firstLook ??= setTimeout(looked, firstLookMs).unref();
    if (wanted === undefined || !live.hasSynced()) return 'not due';
    const { gateways, released } = wanted;
    const found = new Map<string, Failure>();
    const keys = new Set<string>();
    const readable = new Set<string>();
    let isReading = false;
    objects.keepOnly(new Set(gateways.map(({ gateway }) => gateway.uid)));
    for (const each of gateways) {
      const { gateway } = each;
      const secrets = issuesCertificates(settings) ? live.secretsOf(gateway.namespace) : 'known';
      if (secrets !== 'known') {
        // Those of other namespaces do not wait for it.
        if (secrets === 'reading') isReading = true;
        else
          found.set(groupOf(gateway), { error: `Secrets of its namespace cannot be read: ${kubeErrorText(secrets)}` });
        continue;
      }
      const ofGateway = await wantedFor(each);
      if (ofGateway.ok) {
        for (const object of ofGateway.value) keys.add(wantedKey(object));
        readable.add(gateway.uid);
      }
      const failure = ofGateway.ok ? await writer.write(ofGateway.value, gateway.uid) : { error: ofGateway.error };
      if (failure !== undefined) found.set(groupOf(gateway), await explained(failure, each));
    }
    const isOver = ({ owner = '', controller }: LiveObject): boolean =>
      readable.has(owner) || (released.has(owner) && controller === settings.controllerName);
    for (const each of superfluous(live.all(), keys, isOver)) await writer.remove(each);
    for (const [name, { error }] of found) {
      if (failed.get(name)?.error !== error)
        log.warn({ gateway: name, error }, 'what belongs to the gateway is not as wanted');
    }
    failed = found;
    hasLooked = true;
    if (found.size > 0) return 'faulty';
    if (isReading) return 'not due';
    writer.keepOnly(keys);
    return writer.isLeavingAlone() ? 'faulty' : 'complete';
  }

  function looked(): void {
    if (hasLooked) return;
    hasLooked = true;
    options.onChange();
  }

  /** A fault of ours in what one Gateway is to have must not keep all others from what they are to have. */
  async function wantedFor(each: WantedGateway): Promise<Result<readonly WantedObject[]>> {
    try {
      return await objects.wantedFor(each);
    } catch (error) {
      const name = groupOf(each.gateway);
      log.error({ gateway: name, error: error instanceof Error ? error : undefined }, 'a gateway cannot be rendered');
      return err(`What belongs to the Gateway cannot be made; the log of the controller says more.`);
    }
  }

  /** With what is to blame. As long as the same object is refused, it is known. */
  async function explained(failure: Failure, each: WantedGateway): Promise<Failure> {
    const before = failed.get(groupOf(each.gateway));
    const isKnown = failure.refused !== undefined && before?.refused === failure.refused;
    const cause = (isKnown ? before.cause : undefined) ?? (await causeOf(failure, each, { client, settings }));
    return { ...failure, ...(cause && { cause }) };
  }

  return {
    want(next) {
      wanted = next;
      live.follow(next.namespaces);
      passes.ask();
    },
    look: passes.ask,
    hasLooked: () => hasLooked,
    state() {
      const gateways = wanted?.gateways ?? [];
      const unread = live.hasSynced() ? undefined : live.failure();
      const unknown = unread && { error: `What there is of it cannot be read: ${kubeErrorText(unread)}` };
      return new Map(
        gateways.map(({ gateway }) => {
          const name = groupOf(gateway);
          return [name, provisionedState(gateway, live, failed.get(name) ?? unknown)];
        }),
      );
    },
    settled: passes.idle,
    close() {
      clearTimeout(firstLook);
      passes.close();
    },
  };
}
