import { getOrCreate } from '../../lib/get-or-create.ts';
import type { Resource } from '../../xds/snapshot/resource.ts';
import { emptySnapshot, type Snapshot } from '../../xds/snapshot/snapshot.ts';
import { typeUrls } from '../../xds/snapshot/type-url.ts';
import { type Refusal, refusedNames, resourceKey, withoutRefused } from './refusal.ts';
import { rolloutSteps } from './steps.ts';
import { createVersionHistory } from './version-history.ts';

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
  /**
   * How long Envoy keeps a cluster that no program names any more. A request that was planned before may still reach
   * its second attempt, and a retry to an unknown cluster ends in 503.
   */
  readonly lingerMs: number;
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
  /** A client refused a batch of one type: these versions by name, undefined where it was a removal. */
  refused(typeUrl: string, batch: ReadonlyMap<string, string | undefined>, text: string): void;
  close(): void;
}

const lingeringTypes: readonly string[] = [typeUrls.cluster, typeUrls.endpoint, typeUrls.secret];

/** Owns what one gateway's clients are told, and in which order. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { server, group } = options;
  let current: Snapshot = emptySnapshot;
  let desired: Snapshot | undefined;
  let running: Promise<void> | undefined;
  let isClosed = false;
  const refusals = new Map<string, Refusal>();
  const history = createVersionHistory((resource) => server.isAccepted(group, resource));
  /** What the present step has handed out: one client may have taken it and the next one not. */
  let onTrial: ReadonlySet<Resource> = new Set();
  /** Every version that was refused while it is known, also when its content has changed since. */
  const everRefused = new WeakSet<Resource>();
  const standIns = new Map<string, Resource>();
  /** Removed clusters and what belongs to them, with the time at which they may go. */
  const lingering = new Map<string, { readonly resource: Resource; readonly until: number }>();
  let lingerTimer: NodeJS.Timeout | undefined;

  function standIn(resource: Resource): Resource | undefined {
    const made = options.standIn?.(resource);
    if (made === undefined) return undefined;
    // The same object each time: it is compared with what is published.
    return getOrCreate(standIns, resourceKey(resource), () => made);
  }

  /** The version that is out, unless somebody refused it, and those that it replaced. */
  function goodVersions({ typeUrl, name }: Pick<Resource, 'typeUrl' | 'name'>): readonly Resource[] {
    const past = history.of(resourceKey({ typeUrl, name }));
    const out = current.resources.get(typeUrl)?.get(name);
    return out !== undefined && isGood(out) ? [out, ...past] : past;
  }

  function isGood(resource: Resource): boolean {
    return !everRefused.has(resource) && standIns.get(resourceKey(resource)) !== resource;
  }

  /** What should be in force now: desired, without what is refused, plus what lingers. */
  function target(): Snapshot {
    const { snapshot } = withoutRefused(desired ?? emptySnapshot, refusals, goodVersions, standIn);
    const now = Date.now();
    const stay: Resource[] = [];
    for (const type of lingeringTypes) {
      for (const resource of current.resources.get(type)?.values() ?? []) {
        const key = resourceKey(resource);
        if (snapshot.resources.get(type)?.has(resource.name) || refusals.has(key)) {
          lingering.delete(key);
          continue;
        }
        const known = lingering.get(key) ?? { resource, until: now + options.lingerMs };
        lingering.set(key, known);
        if (known.until > now) stay.push(resource);
        else lingering.delete(key);
      }
    }
    scheduleLingering(now);
    if (stay.length === 0) return snapshot;
    const staying = [...Map.groupBy(stay, ({ typeUrl }) => typeUrl)].map(([type, ofType]) => {
      const named = ofType.map((resource) => [resource.name, resource] as const);
      return [type, new Map([...(snapshot.resources.get(type) ?? []), ...named])] as const;
    });
    return { resources: new Map([...snapshot.resources, ...staying]) };
  }

  function scheduleLingering(now: number): void {
    clearTimeout(lingerTimer);
    if (lingering.size === 0 || isClosed) return;
    const first = Math.min(...[...lingering.values()].map((each) => each.until));
    lingerTimer = setTimeout(kick, Math.max(1, first - now + 1));
    lingerTimer.unref();
  }

  async function run(): Promise<void> {
    // `running` must be set before this function can end, or it would never be cleared.
    await Promise.resolve();
    try {
      await advance();
    } finally {
      running = undefined;
    }
  }

  async function advance(): Promise<void> {
    if (current === emptySnapshot && desired !== undefined) {
      // Nobody has anything yet: within one stream the server already sends clusters first and the program last.
      current = target();
      server.publish(group, current);
    }
    for (;;) {
      const step = isClosed ? undefined : rolloutSteps(current, target())[0];
      if (step === undefined) return;
      const startedAt = performance.now();
      const changes = changedResources(current, step.snapshot, step.types);
      for (const { before, after } of changes) {
        if (before !== undefined && before.version !== after.version && isGood(before)) history.replaced(before);
      }
      onTrial = new Set(changes.map(({ after }) => after));
      const isLess = isSomethingGone(current, step.snapshot, step.types);
      current = step.snapshot;
      server.publish(group, current);
      await server.settled(group, step.types, options.stepLimitMs);
      onTrial = new Set();
      if (isLess) forgetGone();
      options.onStep?.({ name: step.name, durationMs: performance.now() - startedAt });
    }
  }

  function forgetGone(): void {
    history.keepOnly(
      (key, { typeUrl, name }) => current.resources.get(typeUrl)?.has(name) === true || refusals.has(key),
    );
  }

  function takeRefusal(refused: Pick<Resource, 'typeUrl' | 'name' | 'version'>, text: string): void {
    const key = resourceKey(refused);
    const resource = current.resources.get(refused.typeUrl)?.get(refused.name);
    // An accepted version that is refused later (another Envoy, another limit) stays: taking it away helps nobody.
    const isInForce = server.isAccepted(group, refused);
    if (resource?.version !== refused.version) {
      // Something has come in its place, which is not to go back to it.
      if (!isInForce) history.drop(key, refused.version);
      return;
    }
    if (standIns.get(key) === resource) return;
    if (isInForce && (!onTrial.has(resource) || history.isProven(resource))) return;
    everRefused.add(resource);
    history.drop(key, resource.version);
    // A version that was gone back to says nothing of the one that is wanted.
    const known = refusals.get(key)?.resource;
    if (known === undefined || !isWanted(known)) refusals.set(key, { resource, text });
    if (resource.typeUrl === typeUrls.extensionConfig) retract(resource);
  }

  function isWanted({ typeUrl, name, version }: Resource): boolean {
    return desired?.resources.get(typeUrl)?.get(name)?.version === version;
  }

  /** Not as a step of its own: Envoy refuses every listener that names what it has refused, until it has another one. */
  function retract(resource: Resource): void {
    const next = goodVersions(resource)[0] ?? standIn(resource);
    if (next === undefined) return;
    const ofType = new Map(current.resources.get(resource.typeUrl)).set(next.name, next);
    current = { resources: new Map(current.resources).set(resource.typeUrl, ofType) };
    server.publish(group, current);
  }

  function kick(): void {
    void start().catch(options.onFailure);
  }

  function start(): Promise<void> {
    running ??= run();
    return running;
  }

  return {
    async publish(next) {
      desired = next;
      for (const [key, { resource }] of refusals) {
        if (!isWanted(resource)) refusals.delete(key);
      }
      options.onWithheld?.([...refusals.values()]);
      await start();
    },
    refused(typeUrl, batch, text) {
      for (const name of refusedNames([...batch.keys()], text)) {
        const version = batch.get(name);
        // A removal that was refused takes nothing away.
        if (version !== undefined) takeRefusal({ typeUrl, name, version }, text);
      }
      options.onWithheld?.([...refusals.values()]);
      kick();
    },
    close() {
      isClosed = true;
      clearTimeout(lingerTimer);
    },
  };
}

function changedResources(
  before: Snapshot,
  after: Snapshot,
  types: readonly string[],
): { readonly before: Resource | undefined; readonly after: Resource }[] {
  return types.flatMap((type) => {
    const had = before.resources.get(type);
    if (had === after.resources.get(type)) return [];
    return [...(after.resources.get(type)?.values() ?? [])]
      .map((resource) => ({ before: had?.get(resource.name), after: resource }))
      .filter((change) => change.before !== change.after);
  });
}

function isSomethingGone(before: Snapshot, after: Snapshot, types: readonly string[]): boolean {
  return types.some((type) => {
    const had = before.resources.get(type);
    const has = after.resources.get(type);
    if (had === undefined || had === has) return false;
    return [...had.keys()].some((name) => !has?.has(name));
  });
}
