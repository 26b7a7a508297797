import { join } from 'node:path';
import type { KubeClient } from '../../kube/client.ts';
import { joinElection } from '../../kube/lease.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { inClusterOf } from '../../model/build/place.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import type { LabelSelector } from '../../policy/gateway-api/label-selector.ts';
import { shortTypeName } from '../../xds/server/server.ts';
import { authorityCache } from '../authority/cache-file.ts';
import { type AuthorityKeeper, keepAuthority } from '../authority/keeper.ts';
import { authoritySecret } from '../authority/secret.ts';
import { outcomeOf } from '../conditions/outcome-of.ts';
import { createRefusalEvents } from '../conditions/refusal-events.ts';
import { createStatusReporter } from '../conditions/reporter.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from '../control-plane.ts';
import { mayAsk } from '../peer-rule.ts';
import { watchLiveObjects } from '../provision/live-objects.ts';
import { createProvisioner } from '../provision/provisioner.ts';
import type { ProvisionSettings } from '../provision/settings.ts';
import { wantedGateways } from '../provision/wanted-gateways.ts';
import { connectedOf } from '../rollout/reach.ts';
import { type KubernetesSource, startKubernetesSource } from '../sources/kubernetes/source.ts';
import { ownDeployment } from './own-deployment.ts';
import { ownedBy } from './owned-source.ts';
import { accountOf, accountPath, policyVersion } from './replicas/account.ts';
import { askReplica, type Endpoint } from './replicas/ask.ts';
import { areSettled, elsewhereOf } from './replicas/elsewhere.ts';
import { findReplicas } from './replicas/find.ts';
import { watchReplicas } from './replicas/watch.ts';
import { tellTrouble } from './trouble.ts';

export interface ClusterPlaneOptions
  extends Omit<ControlPlaneOptions, 'source' | 'place' | 'mayAsk' | 'tls' | 'onChange' | 'onEvent'> {
  readonly client: KubeClient;
  /** Where this controller runs: its Lease and its Secrets are there. */
  readonly namespace: string;
  /** Of this controller, there: its Lease goes with it. None: the Lease stays. */
  readonly deployment?: string;
  /** Unique among replicas, also over restarts. */
  readonly identity: string;
  /** Policy is read from the namespaces that one of these selects; none: from all. */
  readonly selectors: readonly LabelSelector[];
  /** Where what is needed for a restart without the API server is kept: secrets, so a volume in memory. */
  readonly stateFolder?: string;
  /** Statuses that may be written in a second. */
  readonly statusWrites: number;
  readonly provision: ProvisionSettings;
  /**
   * Names behind which all replicas are found, with their admin port: one replica knows of its own clients only. None:
   * there are no others.
   */
  readonly replicas?: readonly Endpoint[];
  /** own: certificates of our own authority. A supplied pair is read and reloaded by whoever starts this. */
  readonly tls: 'own' | 'off' | NonNullable<ControlPlaneOptions['tls']>;
}

const leaseName = 'sluice-controller';
const authorityName = 'sluice-xds-authority';

/**
 * The control plane of a cluster. Every replica follows the policy and serves it; the one that holds the Lease also
 * writes: status, and what Gateways are made of.
 */
export async function startClusterPlane(options: ClusterPlaneOptions): Promise<Result<ControlPlane>> {
  const { client, namespace, log } = options;
  const { tls: tlsMode, stateFolder, replicas: names = [], ...planeOptions } = options;
  const { deployment } = options;
  const { controllerName } = options.provision;
  const onTrouble = tellTrouble(log);
  let plane: ControlPlane | undefined;
  let source: KubernetesSource | undefined;
  let authority: AuthorityKeeper | undefined;
  const isLeader = (): boolean => election.isLeader();

  const election = joinElection({
    client,
    namespace,
    name: leaseName,
    identity: options.identity,
    ...(deployment !== undefined && { owner: () => ownDeployment(client, namespace, deployment) }),
    onElected() {
      log.info('this replica writes now: status, and what belongs to Gateways');
      void authority?.look();
      changed();
    },
    onLost: () => log.info('another replica writes now'),
    onError: onTrouble,
  });
  const live = watchLiveObjects({ client, onChange: () => provisioner.look(), onError: onTrouble });
  const provisioner = createProvisioner({
    client,
    live,
    settings: options.provision,
    authorities: () => authority?.roles(),
    isLeader,
    onChange: () => reporter.changed(),
    log,
  });
  const reporter = createStatusReporter({
    client,
    log,
    isLeader,
    perSecond: options.statusWrites,
    burst: 2 * options.statusWrites,
    outcome() {
      const known = replicas === undefined ? [] : replicas.known();
      if (plane === undefined || source === undefined || known === undefined) return undefined;
      const elsewhere = elsewhereOf(known, policyVersion(source.current()), plane.desired);
      return outcomeOf({
        controllerName,
        controller: plane,
        source,
        ...elsewhere,
        clients: [...plane.clients().map(connectedOf), ...elsewhere.clients],
        provisioned: provisioner.state(),
      });
    },
  });
  const replicas =
    names.length === 0
      ? undefined
      : watchReplicas({
          identity: options.identity,
          find: () => findReplicas(names),
          ask: askReplica,
          isLeader,
          isSettled: (known) => source === undefined || areSettled(known, policyVersion(source.current())),
          onChange: () => reporter.changed(),
          log,
        });
  const refusals = createRefusalEvents({ client, log, gateway: (name) => gatewayObject(source, name) });

  /** Something may have changed that is made in the cluster. */
  function changed(): void {
    if (source !== undefined) {
      const { documents } = source.current();
      provisioner.want(wantedGateways({ controllerName, documents, objects: source.objects() }));
    }
    standsOtherwise();
  }

  /** Something may have changed that is told in the cluster. */
  function standsOtherwise(): void {
    replicas?.look();
    reporter.changed();
  }

  async function closeAll(): Promise<void> {
    replicas?.close();
    reporter.close();
    refusals.close();
    provisioner.close();
    live.close();
    authority?.close();
    await election.close();
  }

  if (tlsMode === 'own') {
    const kept = await keepAuthority({
      secret: authoritySecret(client, namespace, authorityName),
      ...(stateFolder !== undefined && { cache: authorityCache(join(stateFolder, 'authority.pem')) }),
      serverNames: options.provision.xds.tls === undefined ? [] : [options.provision.xds.tls.serverName],
      isLeader,
      log,
      onChange() {
        if (authority !== undefined) plane?.reloadTls(authority.serverTls());
        provisioner.look();
      },
    });
    if (!kept.ok) {
      await closeAll();
      return err(kept.error);
    }
    authority = kept.value;
  }
  const tls = authority?.serverTls() ?? (typeof tlsMode === 'object' ? tlsMode : undefined);
  const started = await startControlPlane({
    ...planeOptions,
    source: ownedBy(controllerName, async (events) => {
      source = await startKubernetesSource({
        client,
        selectors: options.selectors,
        ...(stateFolder !== undefined && { snapshotFile: join(stateFolder, 'policy.snapshot') }),
        ...events,
        onObjects: changed,
        onTrouble,
      });
      return { ...source, health: source.status };
    }),
    place: inClusterOf(options.provision.families),
    translate: { ...planeOptions.translate, families: options.provision.families },
    pages: (gateways) => ({
      ...options.pages?.(gateways),
      [accountPath]: () =>
        plane === undefined || source === undefined
          ? { status: 503, type: 'text/plain', body: 'It is starting.\n' }
          : {
              status: 200,
              type: 'application/json',
              body: JSON.stringify(accountOf(options.identity, plane, source.current())),
            },
    }),
    ...(tls !== undefined && { tls }),
    ...(tls?.clientCa !== undefined && { mayAsk: mayAsk(authority === undefined ? 'signed' : 'identity') }),
    onChange: standsOtherwise,
    onEvent(event) {
      if (event.kind === 'nack') refusals.refused(event.group, shortTypeName(event.typeUrl), event.text);
    },
  }).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  plane = started;
  changed();
  return ok({
    ...started,
    async close(graceMs) {
      // First what writes: a replica that is leaving has nothing more to say.
      await closeAll();
      await started.close(graceMs);
    },
  });
}

function gatewayObject(source: KubernetesSource | undefined, name: string) {
  for (const { kind, object } of source?.objects() ?? []) {
    const { namespace = '', name: own } = object.metadata;
    if (kind === 'Gateway' && qualifiedName(namespace, own) === name) return object;
  }
  return undefined;
}
