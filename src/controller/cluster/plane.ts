import { join } from 'node:path';
import { err, ok, type Result } from '../../lib/result.ts';
import { inClusterOf } from '../../model/build/place.ts';
import type { LabelSelector } from '../../policy/gateway-api/label-selector.ts';
import { shortTypeName } from '../../xds/server/server.ts';
import { authorityCache } from '../authority/cache-file.ts';
import { type AuthorityKeeper, keepAuthority } from '../authority/keeper.ts';
import { authoritySecret } from '../authority/secret.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from '../control-plane.ts';
import { followVersions } from '../older-versions/follow.ts';
import { versionsSecret } from '../older-versions/secret.ts';
import { mayAsk } from '../peer-rule.ts';
import { type KubernetesSource, startKubernetesSource } from '../sources/kubernetes/source.ts';
import { ownedBy } from './owned-source.ts';
import { accountOf, accountPath } from './replicas/account.ts';
import type { Endpoint } from './replicas/ask.ts';
import { tellTrouble } from './trouble.ts';
import { type ClusterWritersOptions, startClusterWriters } from './writers.ts';

export interface ClusterPlaneOptions
  extends Omit<
      ControlPlaneOptions,
      'source' | 'place' | 'mayAsk' | 'tls' | 'onChange' | 'onEvent' | 'refusedElsewhere' | 'troubles'
    >,
    Omit<ClusterWritersOptions, 'replicas' | 'started' | 'onTrouble' | 'olderVersions'> {
  /** Policy is read from the namespaces that one of these selects; none: from all. */
  readonly selectors: readonly LabelSelector[];
  /** Where what is needed for a restart without the API server is kept: secrets, so a volume in memory. */
  readonly stateFolder?: string;
  /**
   * Names behind which all replicas are found, with their admin port: one replica knows of its own clients only. None:
   * there are no others.
   */
  readonly replicas?: readonly Endpoint[];
  /** own: certificates of our own authority. A supplied pair is read and reloaded by whoever starts this. */
  readonly tls: 'own' | 'off' | NonNullable<ControlPlaneOptions['tls']>;
}

const authorityName = 'sluice-xds-authority';
const versionsName = 'sluice-older-versions';
const snapshotName = 'policy.snapshot';

/**
 * The control plane of a cluster. Every replica follows the policy and serves it; the one that holds the Lease also
 * writes: status, and what Gateways are made of.
 */
export async function startClusterPlane(options: ClusterPlaneOptions): Promise<Result<ControlPlane>> {
  const { client, namespace, log, tls: tlsMode, stateFolder, replicas = [], ...planeOptions } = options;
  const { controllerName, families } = options.provision;
  const onTrouble = tellTrouble(log);
  let plane: ControlPlane | undefined;
  let source: KubernetesSource | undefined;
  let authority: AuthorityKeeper | undefined;
  const olderVersions = versionsSecret(client, namespace, versionsName);
  const writers = startClusterWriters({
    ...options,
    replicas,
    olderVersions,
    started: () => ({ ...(source && { source }), ...(plane && { plane }), ...(authority && { authority }) }),
    onTrouble,
  });
  const closeAll = async (): Promise<void> => {
    authority?.close();
    await writers.close();
  };

  if (tlsMode === 'own') {
    const kept = await keepAuthority({
      secret: authoritySecret(client, namespace, authorityName),
      ...(stateFolder !== undefined && { cache: authorityCache(join(stateFolder, 'authority.pem')) }),
      serverNames: options.provision.xds.tls === undefined ? [] : [options.provision.xds.tls.serverName],
      isLeader: writers.isLeader,
      log,
      onChange() {
        if (authority !== undefined) plane?.reloadTls(authority.serverTls());
        writers.authorityChanged();
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
    log,
    source: ownedBy(controllerName, async (events) => {
      source = await startKubernetesSource({
        client,
        selectors: options.selectors,
        ...(stateFolder !== undefined && { snapshotFile: join(stateFolder, snapshotName) }),
        toldVersions: olderVersions.read,
        ...events,
        onObjects: writers.changed,
        onTrouble,
        onUselessSnapshot: (reason) =>
          log.warn(
            { file: snapshotName, reason },
            'the snapshot of the policy is ignored: without the API server this start waits, and with it the snapshot is written anew',
          ),
      });
      return { ...source, health: source.status };
    }),
    place: inClusterOf(families),
    translate: { ...planeOptions.translate, families },
    pages: (gateways) => ({ ...options.pages?.(gateways), [accountPath]: accountPage }),
    ...(tls !== undefined && { tls }),
    ...(tls?.clientCa !== undefined && { mayAsk: mayAsk(authority === undefined ? 'signed' : 'identity') }),
    onChange: writers.standsOtherwise,
    refusedElsewhere: writers.refusedElsewhere,
    troubles: writers.troubles,
    onEvent(event) {
      if (event.kind === 'nack') writers.refused(event.group, shortTypeName(event.typeUrl), event.text);
    },
  }).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  plane = started;
  // Waiting for the policy may have taken long, and another authority may have come meanwhile.
  if (authority !== undefined) started.reloadTls(authority.serverTls());
  const follower = followVersions({
    client,
    namespace,
    name: versionsName,
    onVersions(stored) {
      if (stored !== undefined) started.tell(stored.refused);
      writers.olderVersionsFound(stored?.text);
    },
    onError: onTrouble,
  });
  writers.changed();
  return ok({
    ...started,
    async close(graceMs) {
      follower.close();
      // First what writes: a replica that is leaving has nothing more to say.
      await closeAll();
      await started.close(graceMs);
    },
  });

  /** What other replicas ask of this one. */
  function accountPage() {
    if (plane === undefined || source === undefined) {
      return { status: 503, type: 'text/plain', body: 'It is starting.\n' };
    }
    const account = accountOf(options.identity, plane, source.current());
    return { status: 200, type: 'application/json', body: JSON.stringify(account) };
  }
}
