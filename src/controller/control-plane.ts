import { type AdminEndpoints, startAdmin } from '../lib/admin-server.ts';
import type { Logger } from '../lib/log.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { PolicyPlace } from '../model/build/place.ts';
import type { GatewayModel } from '../model/gateway.ts';
import type { AdmissionRules } from '../xds/server/admission.ts';
import type { ClientState, XdsEvent, XdsNode } from '../xds/server/client.ts';
import { createXdsServer, shortTypeName, type XdsServerTls } from '../xds/server/server.ts';
import type { TranslateOptions } from '../xds/translate/translate.ts';
import { type Controller, createController } from './controller.ts';
import { createCredentials } from './credentials/credentials.ts';
import { type AskEndpoint, askEndpoint } from './credentials/endpoint.ts';
import { withTokens } from './credentials/with-tokens.ts';
import { createHandshakeLog } from './handshake-log.ts';
import { type ControllerMetrics, createControllerMetrics } from './metrics.ts';
import type { KnownRefusals } from './refusals.ts';
import type { OpenedSource, OpenSource } from './sources/opened-source.ts';
import type { SourceState } from './sources/source.ts';
import type { ClientStatus, Status } from './status.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ControlPlaneOptions {
  readonly version: string;
  /** Where the policy comes from. */
  readonly source: OpenSource;
  /** Default: a folder. */
  readonly place?: PolicyPlace;
  readonly xds: Address;
  readonly tls?: XdsServerTls;
  /** Whose configuration a client may ask for, by its certificate. Default: everybody's. */
  readonly mayAsk?: AdmissionRules['mayAsk'];
  readonly admin: Address;
  /** Pages of the admin port besides its own. */
  readonly pages?: (gateways: () => readonly GatewayModel[]) => AdminEndpoints;
  /** Asked for every status. */
  readonly publicUrl?: () => string | undefined;
  readonly log: Logger;
  readonly translate: TranslateOptions;
  /** Whether an Envoy of this version may be served; the error is what it is told. Default: every one. */
  readonly acceptsEnvoy?: (version: string) => Result<unknown>;
  /** Told after everything that a status may speak of. */
  readonly onChange?: () => void;
  readonly onEvent?: (event: XdsEvent) => void;
  /** How those who give out tokens are asked. Default: over HTTPS; tests have their own behind it. */
  readonly askEndpoint?: AskEndpoint;
  /** What keeps from being made what belongs to gateways, by their names. Default: nothing is made for them. */
  readonly troubles?: () => ReadonlyMap<string, string>;
  /** Documents of which clients of other replicas refuse something, by id. Default: there are no others. */
  readonly refusedElsewhere?: () => Iterable<string>;
  readonly lingerMs?: number;
  readonly stepLimitMs?: number;
}

export interface ControlPlane extends Omit<KnownRefusals, 'connectionsChanged'> {
  readonly xdsPort: number;
  readonly adminPort: number;
  /** What is in force. Holds secrets: not for printing as it is. */
  gateways(): readonly GatewayModel[];
  status(): Status;
  /** What became of the documents that were applied last; nothing before the first. */
  judged: Controller['judged'];
  desired: Controller['desired'];
  standIns: Controller['standIns'];
  heldGateways: Controller['heldGateways'];
  clients(): readonly ClientState[];
  /** New connections to the xDS port see these certificates. */
  reloadTls(tls: XdsServerTls): void;
  /** Resolves when what the source holds now has been published. */
  refresh(): Promise<void>;
  close(graceMs: number): Promise<void>;
}

/** The control plane: follows a policy, serves what comes of it, answers how it stands. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { log } = options;
  let controller: Controller | undefined;
  let latest: SourceState | undefined;
  let opened: OpenedSource | undefined;

  /** Builds at once; what it publishes overtakes what is still on its way. Resolves when it is out. */
  const apply = async (): Promise<void> => {
    if (latest === undefined || controller === undefined) return;
    try {
      await controller.apply(latest);
      keepStandIns();
      options.onChange?.();
    } catch (error) {
      log.error({ error: error as Error }, 'applying the policy failed; what was in force stays');
    }
  };

  function keepStandIns(): void {
    if (controller !== undefined) opened?.keep?.(controller.standIns(), controller.knownRefusals());
  }

  const tellHandshake = createHandshakeLog(log);
  const server = createXdsServer({
    groupOf: (node) => gatewayOf(node, controller?.gateways().map((gateway) => gateway.name) ?? []),
    ...(options.acceptsEnvoy && { acceptsEnvoy: options.acceptsEnvoy }),
    ...(options.mayAsk && { mayAsk: options.mayAsk }),
    ...(options.tls && { tls: options.tls }),
    onRefusedHandshake: (refused) => {
      metrics.handshakes.of(refused.reason).increment();
      tellHandshake(refused);
    },
  });
  const metrics = createControllerMetrics(() => server.clients().length);
  server.onEvent((event) => {
    record(event, metrics, log);
    if (event.kind === 'nack') controller?.refused(event);
    if (event.kind === 'connected' || event.kind === 'disconnected') controller?.connectionsChanged();
    controller?.answered();
    keepStandIns();
    options.onEvent?.(event);
    options.onChange?.();
  });

  const source = await options.source({
    onChange: (state) => {
      latest = state;
      // Whoever waits for a moment of rest would otherwise speak of what is only on its way.
      options.onChange?.();
      void apply();
    },
    onError: (error) => log.error({ error }, 'following the policy failed; what is in force stays'),
  });
  opened = source;
  latest ??= source.state;
  const credentials = createCredentials(options.askEndpoint ?? askEndpoint, () => void apply());
  controller = createController({
    version: options.version,
    server,
    surroundings: withTokens(source.surroundings, credentials),
    ...(options.place && { place: options.place }),
    log,
    metrics,
    translate: options.translate,
    ...(options.refusedElsewhere && { refusedElsewhere: options.refusedElsewhere }),
    onMoreKnown: () => void apply(),
    ...(options.lingerMs !== undefined && { lingerMs: options.lingerMs }),
    ...(options.stepLimitMs !== undefined && { stepLimitMs: options.stepLimitMs }),
  });

  if (source.refused !== undefined) controller.recall(source.refused);
  // What stood in before the restart is known first, so that it can stand in again for what is still wrong.
  if (source.before !== undefined) await controller.apply(source.before);
  await apply();
  const { port: xdsPort } = await server.listen(options.xds);

  const currentController = controller;
  const learn = (from: () => void): void => {
    from();
    keepStandIns();
    options.onChange?.();
  };
  const status = (): Status => {
    const own = currentController.status();
    const troubles = options.troubles?.();
    return {
      ...own,
      ...publicUrlOf(options),
      ...(source.health && { source: source.health() }),
      gateways: own.gateways.map((gateway) => {
        const trouble = troubles?.get(gateway.name);
        return trouble === undefined ? gateway : { ...gateway, trouble };
      }),
      clients: server.clients().map(clientStatus),
    };
  };
  const admin = await startAdmin(options.admin, {
    ...options.pages?.(currentController.gateways),
    '/status': () => ({ status: 200, type: 'application/json', body: JSON.stringify(status()) }),
    '/metrics': () => ({ status: 200, type: 'text/plain; version=0.0.4', body: metrics.render() }),
    '/healthz': () => ({ status: 200, type: 'text/plain', body: 'ok\n' }),
    '/readyz': () => ({ status: 200, type: 'text/plain', body: 'ok\n' }),
  });

  return {
    xdsPort,
    adminPort: admin.port,
    gateways: currentController.gateways,
    status,
    judged: currentController.judged,
    refusals: currentController.refusals,
    desired: currentController.desired,
    standIns: currentController.standIns,
    heldGateways: currentController.heldGateways,
    recall: (refused) => learn(() => currentController.recall(refused)),
    tell: (refused) => learn(() => currentController.tell(refused)),
    heard: (accepted) => learn(() => currentController.heard(accepted)),
    knownRefusals: currentController.knownRefusals,
    accepted: currentController.accepted,
    clients: () => server.clients(),
    reloadTls: (tls) => server.reloadTls(tls),
    async refresh() {
      await source.refresh();
      await apply();
    },
    async close(graceMs) {
      await source.close();
      credentials.tokens.close();
      credentials.awsKeys.close();
      currentController.close();
      admin.close();
      await server.close(graceMs);
    },
  };
}

function publicUrlOf(options: ControlPlaneOptions): Pick<Status, 'publicUrl'> {
  const publicUrl = options.publicUrl?.();
  return publicUrl === undefined ? {} : { publicUrl };
}

/** A client says in its metadata which gateway it serves; it need not where there is only one. */
function gatewayOf(node: XdsNode, names: readonly string[]): Result<string> {
  const asked = node.metadata.gateway;
  if (asked === undefined) {
    const [only] = names;
    return names.length === 1 && only !== undefined
      ? ok(only)
      : err(`There are several gateways (${names.join(', ')}): say which one in the node metadata "gateway".`);
  }
  return names.includes(asked)
    ? ok(asked)
    : err(`There is no gateway "${asked}"; there is ${names.join(', ') || 'none'}.`);
}

function record(event: XdsEvent, metrics: ControllerMetrics, log: Logger): void {
  const node = event.node.id;
  switch (event.kind) {
    case 'ack':
      metrics.acks.of(shortTypeName(event.typeUrl)).increment();
      break;
    case 'nack':
      metrics.nacks.of(shortTypeName(event.typeUrl)).increment();
      log.error(
        { node, type: shortTypeName(event.typeUrl), names: event.names, text: event.text },
        'refused by a client',
      );
      break;
    case 'turned away':
      metrics.connects.of(event.kind).increment();
      log.error({ node, text: event.text }, 'client turned away');
      break;
    default:
      metrics.connects.of(event.kind).increment();
      log.info({ node, gateway: event.group, version: event.node.version }, `client ${event.kind}`);
  }
}

function clientStatus(client: ClientState): ClientStatus {
  const { userAgent, version, id } = client.node;
  return {
    nodeId: id,
    gateway: client.group,
    kind: userAgent === 'envoy' ? 'envoy' : userAgent === 'sluice-processor' ? 'processor' : 'other',
    ...(version !== undefined && { version }),
    connectedSince: new Date(client.connectedAt).toISOString(),
    types: client.types.map((type) => ({
      type: shortTypeName(type.typeUrl),
      resources: type.accepted,
      state: type.state,
      ...(type.nack && { nack: type.nack.text }),
    })),
  };
}
