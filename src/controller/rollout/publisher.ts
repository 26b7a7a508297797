import type { Resource } from '../../xds/snapshot/resource.ts';
import { emptySnapshot, type Snapshot } from '../../xds/snapshot/snapshot.ts';
import { typeUrls } from '../../xds/snapshot/type-url.ts';
import { changesBetween, isSomethingGone } from './changes.ts';
import { createFallbacks } from './fallbacks.ts';
import { createLingering } from './lingering.ts';
import { isNamedIn, type Refusal, refusedNames, withoutRefused } from './refusal.ts';
import { createRefusalBook, type RefusalBook } from './refusal-book.ts';
import { rolloutSteps } from './steps.ts';

/** The part of the xDS server that a rollout needs. */
export interface SnapshotServer {
  publish(group: string, snapshot: Snapshot): void;
  settled(group: string, typeUrls: readonly string[], limitMs: number): Promise<unknown>;
  /** Whether some client has this version in force. */
  isAccepted(group: string, resource: Pick<Resource, 'typeUrl' | 'name' | 'version'>): boolean;
}

export interface PublisherOptions {
  readonly server: SnapshotServer;
  readonly group: string;
  /** How long a step waits for answers. A client that hangs must not hold back the others for ever. */
  readonly stepLimitMs: number;
  /** How long Envoy keeps a cluster that no program names any more. */
  readonly lingerMs: number;
  /** Kinds of the clients that are connected. */
  readonly connected?: () => readonly string[];
  /** Hashes of these documents, as they are written now. */
  readonly hashes?: (ids: readonly string[]) => Readonly<Record<string, string>>;
  /** What stands in for a resource that is refused and has no older version. Default: nothing. */
  readonly standIn?: (resource: Resource) => Resource | undefined;
  readonly onStep?: (step: { readonly name: string; readonly durationMs: number }) => void;
  /** Called whenever what is refused changes. */
  readonly onWithheld?: (withheld: readonly Refusal[]) => void;
  readonly onFailure: (error: unknown) => void;
}

export interface Publisher {
  /** Brings the group to this state, in order. A newer state overtakes between two steps. Resolves when it is out. */
  publish(desired: Snapshot): Promise<void>;
  /** A client of this kind refused a batch of one type: these versions by name, undefined where it was a removal. */
  refused(typeUrl: string, batch: ReadonlyMap<string, string | undefined>, text: string, kind: string): void;
  /** More is known of what clients refuse: from before a restart, of clients of other replicas, or of who is connected. */
  learn(from: (book: RefusalBook) => void): void;
  readonly refusals: Pick<RefusalBook, 'held' | 'known' | 'tried' | 'accepted'>;
  close(): void;
}

/** Owns what one gateway's clients are told, and in which order. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { server, group } = options;
  let current: Snapshot = emptySnapshot;
  let desired: Snapshot | undefined;
  let running: Promise<void> | undefined;
  /** Something is to be looked at that the present run may not have seen. */
  let isAsked = false;
  /** What was said of batches of which something had been replaced when the answer came. */
  const saidTooLate = new Set<string>();
  let isClosed = false;
  const fallbacks = createFallbacks({
    out: ({ typeUrl, name }) => current.resources.get(typeUrl)?.get(name),
    isAccepted: (resource) => server.isAccepted(group, resource),
    ...(options.standIn && { standIn: options.standIn }),
  });
  const book = createRefusalBook({
    group,
    wanted: ({ typeUrl, name }) => desired?.resources.get(typeUrl)?.get(name),
    isAccepted: (resource) => server.isAccepted(group, resource),
    connected: options.connected ?? (() => []),
    hashes: options.hashes ?? (() => ({})),
    onHeld: fallbacks.refused,
    onLetGo: fallbacks.letGo,
  });
  /** What the present step has handed out: one client may have taken it and the next one not. */
  let onTrial: ReadonlySet<Resource> = new Set();
  const lingering = createLingering({ lingerMs: options.lingerMs, now: () => performance.now() });
  let lingerTimer: NodeJS.Timeout | undefined;

  /** What should be in force now: desired, without what is refused, plus what lingers. */
  function target(): Snapshot {
    const { snapshot } = withoutRefused(desired ?? emptySnapshot, book.held, fallbacks);
    const extended = lingering.keep(snapshot, current, (key) => book.held.has(key));
    clearTimeout(lingerTimer);
    const restMs = lingering.restMs();
    if (restMs !== undefined && !isClosed) lingerTimer = setTimeout(kick, Math.max(1, restMs + 1)).unref();
    return extended;
  }

  async function run(): Promise<void> {
    // What is asked for in one turn is one change.
    await Promise.resolve();
    try {
      do {
        isAsked = false;
        await advance();
        // Between the end of the one and this line others have their turn.
      } while (isAsked);
    } finally {
      running = undefined;
    }
  }

  async function advance(): Promise<void> {
    if (isClosed) return;
    if (current === emptySnapshot && desired !== undefined) {
      // Nobody has anything yet: within one stream the server already sends clusters first and the program last.
      put(target());
    }
    for (;;) {
      const step = isClosed ? undefined : rolloutSteps(current, target())[0];
      // Something else may be wanted since it was handed out and refused, and what came with it may be right.
      if (step === undefined && !isClosed && (saidTooLate.size > 0 || book.isOvertaken())) {
        book.follow(saidTooLate);
        saidTooLate.clear();
        continue;
      }
      if (step === undefined) return;
      const startedAt = performance.now();
      const changes = changesBetween(current, step.snapshot, step.types);
      for (const { before, after } of changes) {
        if (before !== undefined && before.version !== after.version) fallbacks.replaced(before);
      }
      onTrial = new Set(changes.map(({ after }) => after));
      const isLess = isSomethingGone(current, step.snapshot, step.types);
      put(step.snapshot);
      await server.settled(group, step.types, options.stepLimitMs);
      onTrial = new Set();
      if (isLess) forgetGone();
      options.onStep?.({ name: step.name, durationMs: performance.now() - startedAt });
    }
  }

  function put(snapshot: Snapshot): void {
    current = snapshot;
    server.publish(group, current);
  }

  function forgetGone(): void {
    fallbacks.keepOnly(
      (key, { typeUrl, name }) => current.resources.get(typeUrl)?.has(name) === true || book.held.has(key),
    );
  }

  function takeRefusal(
    refused: Pick<Resource, 'typeUrl' | 'name' | 'version'>,
    { text, kind, isSuspect }: { readonly text: string; readonly kind: string; readonly isSuspect: boolean },
  ): void {
    book.alsoBy(refused, kind);
    const resource = current.resources.get(refused.typeUrl)?.get(refused.name);
    // An accepted version that is refused later (another Envoy, another limit) stays: taking it away helps nobody.
    const isInForce = server.isAccepted(group, refused);
    if (resource?.version !== refused.version) {
      // Something has come in its place, which is not to go back to it.
      if (!isInForce) fallbacks.drop(refused, refused.version);
      return;
    }
    if (fallbacks.isStandIn(resource)) return;
    if (isInForce && (!onTrial.has(resource) || fallbacks.isProven(resource))) return;
    fallbacks.refused(resource);
    book.refuse(resource, text, kind, isSuspect);
    if (resource.typeUrl === typeUrls.extensionConfig) retract(resource);
  }

  /** Not as a step of its own: Envoy refuses every listener that names what it has refused, until it has another one. */
  function retract(resource: Resource): void {
    const next = fallbacks.goodVersions(resource)[0] ?? fallbacks.standIn(resource);
    if (next === undefined) return;
    const ofType = new Map(current.resources.get(resource.typeUrl)).set(next.name, next);
    put({ resources: new Map(current.resources).set(resource.typeUrl, ofType) });
  }

  /** Neither wanted any more nor out: whatever was wrong with it is mended. */
  function isReplaced(typeUrl: string, name: string, version: string | undefined): boolean {
    return [current, desired].every((state) => state?.resources.get(typeUrl)?.get(name)?.version !== version);
  }

  function kick(): void {
    void start().catch(options.onFailure);
  }

  function start(): Promise<void> {
    isAsked = true;
    running ??= run();
    return running;
  }

  return {
    async publish(next) {
      desired = next;
      book.follow();
      options.onWithheld?.([...book.held.values()]);
      await start();
    },
    refused(typeUrl, batch, text, kind) {
      const names = refusedNames([...batch.keys()], text);
      const said = { text, kind, isSuspect: names.length > 1 && !names.some((name) => isNamedIn(text, name)) };
      for (const name of names) {
        const version = batch.get(name);
        // A removal that was refused takes nothing away.
        if (version !== undefined) takeRefusal({ typeUrl, name, version }, said);
      }
      if (said.isSuspect && names.some((name) => isReplaced(typeUrl, name, batch.get(name)))) saidTooLate.add(text);
      options.onWithheld?.([...book.held.values()]);
      kick();
    },
    learn(from) {
      const before = [...book.held.keys()].join();
      from(book);
      if ([...book.held.keys()].join() === before) return;
      options.onWithheld?.([...book.held.values()]);
      if (desired !== undefined) kick();
    },
    refusals: book,
    close() {
      isClosed = true;
      clearTimeout(lingerTimer);
    },
  };
}
