import type { KubeClient } from '../../kube/client.ts';
import type { KubeError } from '../../kube/error.ts';
import { joinElection } from '../../kube/lease.ts';
import type { Logger } from '../../lib/log.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import type { AuthorityKeeper } from '../authority/keeper.ts';
import { outcomeOf } from '../conditions/outcome-of.ts';
import { createRefusalEvents, type RefusalEvents } from '../conditions/refusal-events.ts';
import { createStatusReporter } from '../conditions/reporter.ts';
import type { ControlPlane } from '../control-plane.ts';
import { keepOlderVersions } from '../older-versions/keeper.ts';
import type { VersionsSecret } from '../older-versions/secret.ts';
import { stillWrong } from '../older-versions/still-wrong.ts';
import { gatewaysWith, watchLiveObjects } from '../provision/live-objects.ts';
import { createProvisioner } from '../provision/provisioner.ts';
import { createServedGateways } from '../provision/served-gateways.ts';
import type { ProvisionSettings } from '../provision/settings.ts';
import { wantedGateways } from '../provision/wanted-gateways.ts';
import { connectedOf } from '../rollout/reach.ts';
import type { KubernetesSource } from '../sources/kubernetes/source.ts';
import { ownDeployment } from './own-deployment.ts';
import { policyVersion } from './replicas/account.ts';
import { askReplica, type Endpoint } from './replicas/ask.ts';
import { areSettled, type Elsewhere, elsewhereOf } from './replicas/elsewhere.ts';
import { findReplicas } from './replicas/find.ts';
import { watchReplicas } from './replicas/watch.ts';

/** What there is of a control plane so far: it starts piece by piece. */
export interface Started {
  readonly source?: KubernetesSource;
  readonly plane?: ControlPlane;
  readonly authority?: AuthorityKeeper;
}

export interface ClusterWritersOptions {
  readonly client: KubeClient;
  /** Where this controller runs, and its Lease is. */
  readonly namespace: string;
  /** Of this controller, there: its Lease goes with it. None: the Lease stays. */
  readonly deployment?: string;
  /** Unique among replicas, also over restarts. */
  readonly identity: string;
  /** Statuses that may be written in a second. */
  readonly statusWrites: number;
  readonly provision: ProvisionSettings;
  /** Names behind which all replicas are found, with their admin port. None: there are no others. */
  readonly replicas: readonly Endpoint[];
  readonly olderVersions: VersionsSecret;
  /** Asked anew each time. */
  started(): Started;
  onTrouble(error: KubeError): void;
  readonly log: Logger;
}

/** Everything that the replica with the Lease writes in a cluster: status, what Gateways are made of, what to go back to. */
export interface ClusterWriters {
  isLeader(): boolean;
  /** Something may have changed that is made in the cluster. */
  changed(): void;
  /** Something may have changed that is told in the cluster. */
  standsOtherwise(): void;
  /** What stands in the Secret of older versions, as `found()` of their keeper has it. */
  olderVersionsFound(text: string | undefined): void;
  /** The authority signs otherwise than before. */
  authorityChanged(): void;
  /** Documents of which clients of other replicas refuse something, by id; known to the one that leads. */
  refusedElsewhere(): Iterable<string>;
  /** What keeps from being made what belongs to gateways, by their names; known to the one that leads. */
  troubles(): ReadonlyMap<string, string>;
  /** A client has refused something. Every replica tells of its own. */
  readonly refused: RefusalEvents['refused'];
  close(): Promise<void>;
}

const leaseName = 'sluice-controller';

export function startClusterWriters(options: ClusterWritersOptions): ClusterWriters {
  const { client, namespace, deployment, log, started, onTrouble } = options;
  const { controllerName } = options.provision;
  const isLeader = (): boolean => election.isLeader();

  const election = joinElection({
    client,
    namespace,
    name: leaseName,
    identity: options.identity,
    ...(deployment !== undefined && { owner: () => ownDeployment(client, namespace, deployment) }),
    onElected() {
      log.info('this replica writes now: status, and what belongs to Gateways');
      void started().authority?.look();
      versions.elected();
      changed();
    },
    onLost() {
      log.info('another replica writes now');
      provisioner.look();
    },
    onError: onTrouble,
  });
  const live = watchLiveObjects({ client, onChange: () => provisioner.look(), onError: onTrouble });
  const provisioner = createProvisioner({
    client,
    live,
    settings: options.provision,
    authorities: () => started().authority?.roles(),
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
      const { plane, source } = started();
      const elsewhere = heardElsewhere();
      if (plane === undefined || source === undefined || elsewhere === undefined) return undefined;
      // What is there would be told as if nobody had looked for it.
      if (!provisioner.hasLooked()) return undefined;
      return outcomeOf({
        controllerName,
        controller: plane,
        source,
        ...elsewhere,
        clients: [...plane.clients().map(connectedOf), ...elsewhere.clients],
        provisioned: provisioner.state(),
        made: gatewaysWith(live, controllerName),
      });
    },
  });
  const replicas =
    options.replicas.length === 0
      ? undefined
      : watchReplicas({
          identity: options.identity,
          find: () => findReplicas(options.replicas),
          ask: askReplica,
          isLeader,
          isSettled(known) {
            const { source } = started();
            return source === undefined || areSettled(known, policyVersion(source.current()));
          },
          onChange() {
            const heard = heardElsewhere();
            if (heard !== undefined) started().plane?.recall(heard.refused);
            started().plane?.heard(heard?.accepted ?? []);
            reporter.changed();
            versions.changed();
          },
          log,
        });
  const versions = keepOlderVersions({
    secret: options.olderVersions,
    isLeader,
    versions() {
      const { plane, source } = started();
      const objects = plane?.judged() && source?.olderVersions(plane.standIns().values());
      return plane && objects && { objects, refused: plane.knownRefusals() };
    },
    onRead: ({ refused }) => started().plane?.recall(refused),
    ofUse(older) {
      const { plane, source } = started();
      const judgement = plane?.judged();
      return judgement === undefined ? [] : stillWrong(older, judgement, source?.objects() ?? []);
    },
    onTrouble,
    log,
  });
  const gateways = createServedGateways();
  const refusals = createRefusalEvents({ client, log, gateway: (name) => gatewayObject(started().source, name) });

  function heardElsewhere(): Elsewhere | undefined {
    const { plane, source } = started();
    const known = replicas === undefined ? [] : replicas.known();
    if (plane === undefined || source === undefined || known === undefined) return undefined;
    return elsewhereOf(known, policyVersion(source.current()), plane.desired);
  }

  function changed(): void {
    gateways.follow(started().plane?.heldGateways());
    want();
    tell();
  }

  function standsOtherwise(): void {
    if (gateways.follow(started().plane?.heldGateways())) want();
    tell();
  }

  function want(): void {
    const { source } = started();
    if (source === undefined) return;
    const documents = gateways.served(source.current().documents);
    provisioner.want(wantedGateways({ controllerName, documents, objects: source.objects() }));
  }

  function tell(): void {
    replicas?.look();
    reporter.changed();
    versions.changed();
  }

  return {
    isLeader,
    changed,
    standsOtherwise,
    olderVersionsFound: versions.found,
    authorityChanged: provisioner.look,
    refusedElsewhere: () => heardElsewhere()?.nacksElsewhere.keys() ?? [],
    troubles() {
      // Whoever led before knows what was.
      const known = isLeader() ? [...provisioner.state()] : [];
      return new Map(known.flatMap(([name, { error }]) => (error === undefined ? [] : [[name, error]])));
    },
    refused: refusals.refused,
    async close() {
      replicas?.close();
      reporter.close();
      versions.close();
      refusals.close();
      provisioner.close();
      live.close();
      await election.close();
    },
  };
}

function gatewayObject(source: KubernetesSource | undefined, name: string) {
  for (const { kind, object } of source?.objects() ?? []) {
    const { namespace = '', name: own } = object.metadata;
    if (kind === 'Gateway' && qualifiedName(namespace, own) === name) return object;
  }
  return undefined;
}
