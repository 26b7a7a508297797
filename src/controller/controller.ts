import { unsentClusters } from '../contract.ts';
import type { Logger } from '../lib/log.ts';
import type { Attachment } from '../model/build/attachment.ts';
import type { PolicyPlace } from '../model/build/place.ts';
import type { GatewayModel } from '../model/gateway.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Problem } from '../policy/problem.ts';
import { programResources } from '../program/resources.ts';
import type { XdsServer } from '../xds/server/server.ts';
import { checkConsistency } from '../xds/snapshot/consistency.ts';
import type { Resource } from '../xds/snapshot/resource.ts';
import { type Snapshot, snapshotOf } from '../xds/snapshot/snapshot.ts';
import { typeUrls } from '../xds/snapshot/type-url.ts';
import { standInFor } from '../xds/translate/own-filters/stand-in.ts';
import { type TranslateOptions, translate } from '../xds/translate/translate.ts';
import type { ControllerSurroundings } from './credentials/with-tokens.ts';
import { decideInForce, type InForce } from './in-force.ts';
import { documentTypeUrl, documentVersion } from './isolation/document-version.ts';
import { createIsolations } from './isolation/isolations.ts';
import type { ControllerMetrics } from './metrics.ts';
import { createProblemLog } from './problem-log.ts';
import type { HeldGateway } from './provision/served-gateways.ts';
import { createRefusals, hashesOf, type KnownRefusals, type Nack } from './refusals.ts';
import { createRefusedDocuments } from './refused-documents.ts';
import { createPublisher, type Publisher } from './rollout/publisher.ts';
import { clientKind } from './rollout/refused-version.ts';
import type { SourceState } from './sources/source.ts';
import { documentStatuses, type GatewayStatus, type Status } from './status.ts';

export interface ControllerOptions {
  readonly version: string;
  readonly server: XdsServer;
  readonly surroundings: ControllerSurroundings;
  /** Default: a folder. */
  readonly place?: PolicyPlace;
  readonly log: Logger;
  readonly metrics: ControllerMetrics;
  readonly translate: TranslateOptions;
  /** Documents of which clients of other replicas refuse something, by id. Default: there are no others. */
  readonly refusedElsewhere?: () => Iterable<string>;
  /** More is known of what clients take: what was applied last is to be applied once more. */
  readonly onMoreKnown?: () => void;
  readonly stepLimitMs?: number;
  readonly lingerMs?: number;
}

export interface Controller extends KnownRefusals {
  /** The source has a new state, or a secret has changed: builds, checks and publishes, in order. */
  apply(state: SourceState): Promise<void>;
  /** The gateways in force: a client may ask for one of them by name. */
  gateways(): readonly GatewayModel[];
  status(): Omit<Status, 'clients'>;
  /** What became of the documents of the state that was applied last; nothing before the first. */
  judged(): Judgement | undefined;
  refused(nack: Nack): void;
  /** A client has answered. */
  answered(): void;
  /** By id, older versions of documents that are in force in place of what is written, as far as they are known. */
  standIns(): ReadonlyMap<string, PolicyDocument>;
  /** Gateways that are in force in an older version; nothing, while it is not known yet which are. */
  heldGateways(): readonly HeldGateway[] | undefined;
  /** The resource that is to be in force, whether clients take it or not. */
  desired(group: string, typeUrl: string, name: string): Resource | undefined;
  close(): void;
}

/** What became of the documents: what conditions are derived from, besides the clients and what is provisioned. */
export interface Judgement {
  /** Of the state of the source. */
  readonly revision: number;
  readonly problems: readonly Problem[];
  readonly attachments: readonly Attachment[];
  /** By document: what a client said when it refused what was made of it. */
  readonly nacks: ReadonlyMap<string, string>;
  isStale(id: string): boolean;
  /** Everything that follows from these documents has been handed out to the end. */
  readonly isPublished: boolean;
}

/**
 * The one place that owns change: documents → what is in force → resources → check → publish in order → status.
 * Everything before and after it is a function of its input.
 */
export function createController(options: ControllerOptions): Controller {
  const { log, metrics } = options;
  const startedAt = new Date().toISOString();
  const lastGood = new Map<string, PolicyDocument>();
  const publishers = new Map<string, Publisher>();
  const refusals = createRefusals();
  let builds = 0;
  /** Whoever is overtaken is done when the newest is. */
  let latest: Promise<void> | undefined;
  const desired = new Map<string, Snapshot>();
  let source: SourceState = { documents: [], problems: [], stale: new Map(), revision: 0 };
  let inForce: InForce = {
    policy: { gateways: [], problems: [], attachments: [] },
    documents: [],
    problems: [],
    attachments: [],
    standIns: new Map(),
    gatewayNames: new Set(),
  };
  const refusedDocuments = createRefusedDocuments();
  const isolations = createIsolations({
    server: options.server,
    connected: kindsOf,
    written: () => byId(source),
    before: refusedDocuments.before,
    hashes: (ids) => hashesOf(source, ids),
    onLearnt: () => options.onMoreKnown?.(),
    onBlamed: (document, text) => log.error({ document, text }, 'held back: clients refuse what is made of it'),
  });
  let judgedState: SourceState | undefined;
  let publishedState: SourceState | undefined;

  function kindsOf(group: string): readonly string[] {
    const own = options.server.clients().filter((client) => client.group === group);
    return own.map(({ node }) => clientKind(node));
  }

  function publisherOf(group: string): Publisher {
    let publisher = publishers.get(group);
    if (publisher === undefined) {
      publisher = createPublisher({
        server: options.server,
        group,
        stepLimitMs: options.stepLimitMs ?? 5_000,
        lingerMs: options.lingerMs ?? 150_000,
        connected: () => kindsOf(group),
        hashes: (ids) => hashesOf(source, ids),
        standIn: standInFor,
        onStep: (step) => log.debug({ gateway: group, step: step.name, ms: Math.round(step.durationMs) }, 'published'),
        onWithheld: countWithheld,
        onFailure: (error) => log.error({ gateway: group, error: error as Error }, 'publishing failed'),
      });
      publishers.set(group, publisher);
      refusals.begin(group, publisher);
      refusals.begin(group, isolations.begin(group, publisher));
    }
    return publisher;
  }

  /** What clients of a gateway refuse says nothing any more when it is gone. Whether others get something back by that. */
  function forgetDeleted(): boolean {
    const gone = [...publishers].filter(([group]) => !inForce.gatewayNames.has(group));
    return gone.map(([group, publisher]) => forget(group, publisher)).some(Boolean);
  }

  function forget(group: string, publisher: Publisher): boolean {
    publisher.close();
    publishers.delete(group);
    desired.delete(group);
    refusals.end(group);
    options.server.withdraw(group);
    return isolations.end(group);
  }

  /** Whether it went out. */
  async function publish(gateway: GatewayModel, build: number): Promise<boolean> {
    const snapshot = snapshotOf(
      [...translate(gateway, options.translate), ...programResources(gateway)],
      desired.get(gateway.name),
    );
    const faults = checkConsistency(snapshot, unsentClusters);
    if (faults.length > 0) {
      // A fault here is ours, not the policy's: nothing of it may reach an Envoy.
      metrics.inconsistent.increment();
      for (const fault of faults) log.error({ gateway: gateway.name, fault: fault.message }, 'not published');
      return false;
    }
    desired.set(gateway.name, snapshot);
    const { documents } = inForce;
    const tables = [...(snapshot.resources.get(typeUrls.route)?.values() ?? [])];
    await publisherOf(gateway.name).publish(snapshot);
    if (build === builds) isolations.handedOut(gateway.name, { documents, gateway, tables });
    return true;
  }

  /** Resolves when it is out, or overtaken by another. */
  async function build(state: SourceState): Promise<boolean> {
    const began = performance.now();
    const own = ++builds;
    isolations.building();
    for (let isWhole = false; !isWhole; ) {
      inForce = decideInForce(state.documents, lastGood, options.surroundings, options.place, isolations.heldBack());
      const isMoreKnown = await options.surroundings.complete();
      if (own !== builds) return false;
      isWhole = !isMoreKnown && !forgetDeleted();
    }
    metrics.builds.increment();
    metrics.buildSeconds.observe((performance.now() - began) / 1000);
    metrics.documents.set(state.documents.length);
    metrics.problems.set(problems().length);
    tellProblems(problems());
    judgedState = state;
    const arePublished = await Promise.all(inForce.policy.gateways.map((gateway) => publish(gateway, own)));
    metrics.publishedAt.set(Date.now() / 1000);
    metrics.changeSeconds.observe((performance.now() - began) / 1000);
    if (own !== builds) return false;
    if (arePublished.every(Boolean)) publishedState = state;
    return true;
  }

  /** Builds until there is nothing more to be learnt from what clients say. */
  async function settle(state: SourceState): Promise<void> {
    do if (!(await build(state))) return latest;
    while (isolations.judge());
    countWithheld();
  }

  function countWithheld(): void {
    metrics.withheld.set([...refusals.known.refusals().values()].reduce((sum, each) => sum + each.length, 0));
  }

  const nacks = (): ReadonlyMap<string, string> => refusals.nacks(source);
  const refusedAnywhere = (): ReadonlySet<string> =>
    new Set([...(options.refusedElsewhere?.() ?? []), ...nacks().keys()]);
  const isStale = (id: string): boolean => source.stale.has(id) || inForce.standIns.has(id);
  const problems = (): readonly Problem[] => [...source.problems, ...inForce.problems];
  const tellProblems = createProblemLog(log);
  const isAtRest = (): boolean =>
    publishedState !== undefined && publishedState === judgedState && judgedState === source && !isolations.isBusy();

  return {
    async apply(state) {
      if (state !== source) {
        refusedDocuments.follow(state.documents, refusedAnywhere(), performance.now());
        source = state;
        isolations.follow();
      }
      latest = settle(state);
      return latest;
    },
    gateways: () => inForce.policy.gateways,
    status() {
      const written = source.documents.filter(({ isBarrier, kind }) => !isBarrier || kind === 'HTTPRoute');
      const { documents, others } = documentStatuses(written, isStale, problems(), nacks());
      return {
        version: options.version,
        startedAt,
        revision: source.revision,
        documents,
        problems: others,
        gateways: inForce.policy.gateways.map(gatewayStatus),
      };
    },
    judged() {
      // While a newer state is being read, nothing that is said of the older one is wanted any more.
      if (judgedState === undefined || judgedState !== source) return undefined;
      const isPublished = isAtRest();
      const { revision } = judgedState;
      const { attachments } = inForce;
      return { revision, problems: problems(), attachments, nacks: nacks(), isStale, isPublished };
    },
    refused({ node, group, typeUrl, versions, text }) {
      publishers.get(group)?.refused(typeUrl, versions, text, clientKind(node));
    },
    answered() {
      // While something is built there is nothing to judge: that is done at its end.
      if (isolations.judge()) options.onMoreKnown?.();
    },
    ...refusals.known,
    standIns() {
      const refused = [...refusedAnywhere()].map((id) => [id, refusedDocuments.before(id)] as const);
      return new Map(
        [...refused, ...inForce.standIns].filter((entry): entry is [string, PolicyDocument] => entry[1] !== undefined),
      );
    },
    heldGateways() {
      if (!isAtRest()) return undefined;
      return [...inForce.standIns.keys()].flatMap((id) => {
        const written = byId(source).get(id);
        if (written?.kind !== 'Gateway') return [];
        const older = inForce.documents.find((each) => each.id === id);
        return older?.kind === 'Gateway' ? { written, inForce: older } : [];
      });
    },
    desired(group, typeUrl, name) {
      if (typeUrl !== documentTypeUrl) return desired.get(group)?.resources.get(typeUrl)?.get(name);
      const document = byId(source).get(name);
      return document && documentVersion(document);
    },
    close() {
      for (const publisher of publishers.values()) publisher.close();
    },
  };
}

const byIds = new WeakMap<SourceState, ReadonlyMap<string, PolicyDocument>>();

function byId(state: SourceState): ReadonlyMap<string, PolicyDocument> {
  const known = byIds.get(state) ?? new Map(state.documents.map((document) => [document.id, document]));
  byIds.set(state, known);
  return known;
}

function gatewayStatus(gateway: GatewayModel): GatewayStatus {
  return {
    name: gateway.name,
    listeners: gateway.listeners.map(
      (listener) =>
        `${listener.tls ? 'https' : 'http'}://${listener.hostnames[0] ?? listener.address}:${listener.port}`,
    ),
    providers: gateway.providers.length,
    models: gateway.models.length,
    keys: gateway.keys.length,
  };
}
