import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../../lib/log.ts';
import type { Result } from '../../../lib/result.ts';
import type { Account } from './account.ts';
import type { Endpoint } from './ask.ts';
import type { Replica } from './elsewhere.ts';

export interface ReplicaWatchOptions {
  /** Our own, which is found among the others. */
  readonly identity: string;
  /** All replicas, found anew each time. */
  find(): Promise<readonly Endpoint[]>;
  ask(endpoint: Endpoint, limitMs: number): Promise<Result<Account>>;
  /** Who writes asks; nobody else needs to know. */
  isLeader(): boolean;
  /** Whether nothing more is expected of what they said. Otherwise they are asked again soon. */
  isSettled(replicas: readonly Replica[]): boolean;
  onChange(): void;
  readonly log: Logger;
  readonly soonMs?: number;
  readonly laterMs?: number;
  readonly limitMs?: number;
  /** How long what one has said still stands for what it would say, while it does not answer. */
  readonly patienceMs?: number;
}

export interface ReplicaWatch {
  /** Nothing before all have been asked once since we lead. */
  known(): readonly Replica[] | undefined;
  /** Something has changed here that they will have something to say of. Cheap to call often. */
  look(): void;
  close(): void;
}

/** What is missed when they cannot be found. */
const names = 'DNS';

/** Asks the other replicas how their clients stand, again and again. The API server has no part in it. */
export function watchReplicas(options: ReplicaWatchOptions): ReplicaWatch {
  const { log, soonMs = 250, laterMs = 2_000, limitMs = 1_000, patienceMs = 5_000 } = options;
  const own = new Set<string>();
  /** Since when there is no answer, by address, and of names that cannot be looked up. */
  const missedSince = new Map<string, number>();
  let found: readonly Endpoint[] = [];
  let known: ReadonlyMap<string, Replica> | undefined;
  let said = '';
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let isAsking = false;
  /** Something has changed here since the others were asked. */
  let isLate = false;
  let isClosed = false;

  async function round(): Promise<void> {
    isAsking = true;
    isLate = false;
    dueAt = Number.POSITIVE_INFINITY;
    const next = options.isLeader() ? await askAll() : undefined;
    isAsking = false;
    if (isClosed) return;
    // One that is no leader any more has nothing to write, and starts afresh when it leads again.
    known = options.isLeader() ? next : undefined;
    // Another pod may have the address of one that is gone.
    for (const who of missedSince.keys()) if (known?.has(who) !== true && who !== names) missedSince.delete(who);
    // That there are no others is more than not to know of any.
    const says = known === undefined ? '' : JSON.stringify([...known.values()]);
    const hasChanged = says !== said;
    said = says;
    const isQuiet = known === undefined || options.isSettled([...known.values()]);
    schedule(isQuiet && !isLate ? laterMs : soonMs);
    if (hasChanged) options.onChange();
  }

  async function askAll(): Promise<Map<string, Replica>> {
    const lookup = await Promise.race([options.find(), sleep(limitMs, undefined, { ref: false })]).catch(
      () => undefined,
    );
    if (lookup !== undefined) answered(names);
    else if (known === undefined || known.has(names) || isMissedTooLong(names))
      return new Map([[names, { address: names, isSilent: true }]]);
    found = lookup ?? found;
    const replicas = await Promise.all(found.map(replicaAt));
    return new Map(replicas.flatMap((replica) => (replica === undefined ? [] : [[replica.address, replica]])));
  }

  async function replicaAt(endpoint: Endpoint): Promise<Replica | undefined> {
    const address = `${endpoint.host}:${endpoint.port}`;
    if (own.has(address)) return undefined;
    const answer = await options.ask(endpoint, limitMs);
    const last = known?.get(address);
    if (!answer.ok) {
      // A moment without an answer is no reason to write to every object that something is expected of, twice.
      if (last?.account !== undefined && !last.isSilent && !isMissedTooLong(address)) return last;
      if (last?.isSilent !== true) log.warn({ replica: address, error: answer.error }, 'a replica does not answer');
      return { ...last, address, isSilent: true };
    }
    answered(address);
    // An address is given to another pod only when ours is gone.
    if (answer.value.replica === options.identity) {
      own.add(address);
      return undefined;
    }
    return { address, account: answer.value, isSilent: false };
  }

  function answered(who: string): void {
    missedSince.delete(who);
  }

  function isMissedTooLong(who: string): boolean {
    const now = performance.now();
    const since = missedSince.get(who) ?? now;
    missedSince.set(who, since);
    return now - since >= patienceMs;
  }

  function schedule(ms: number): void {
    const at = performance.now() + ms;
    if (isAsking || isClosed || at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => void round(), ms);
    timer.unref();
  }

  schedule(0);
  return {
    known: () => known && [...known.values()],
    look() {
      isLate = true;
      schedule(soonMs);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
