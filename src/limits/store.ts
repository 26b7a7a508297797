import type { Counter } from './counter.ts';

/**
 * Keeps counters. What happens at every request answers by callback, so that a store in memory answers at once and
 * without a promise; what an operator asks for answers by promise.
 *
 * A reservation lives until it is settled or its time is up. In windows (fixed, calendar, rolling) usage belongs to the
 * period in which it is settled, and a reservation that still lives counts in every period it touches.
 */
export interface Store {
  /** Checks and reserves all items at once, or none. The same id gets the same answer again. */
  reserve(request: ReserveRequest, done: (outcome: ReserveOutcome) => void): void;
  /**
   * Tells how much has been used so far, in total, while it goes on. Raises the reservation where that is more, room or
   * not, because it has been delivered; should the process die, this much stays counted.
   */
  charge(request: UsageRequest, done: (outcome: ChargeOutcome) => void): void;
  /** Ends a reservation, exactly once by its id: what it holds is replaced by what was used. */
  settle(request: UsageRequest, done: (outcome: SettleOutcome) => void): void;
  /** Lets reservations live for another while; for long streams, many in one go. */
  renew(requests: readonly RenewRequest[], done: (outcome: RenewOutcome) => void): void;
  /** Figures without reserving. */
  peek(counters: readonly Counter[], done: (outcome: PeekOutcome) => void): void;
  /** All counters whose key begins with `prefix`. Walks the store; for operators. */
  list(prefix: string): Promise<readonly CounterReport[]>;
  /** Keys of counters in whose place there is something else: somebody wrote there. Walks the store; for operators. */
  listUnreadable(prefix: string): Promise<readonly string[]>;
  /** Forgets usage and reservations of these counters; says how many there were. */
  reset(what: { readonly keys: readonly string[] } | { readonly prefix: string }): Promise<number>;
  close(): Promise<void>;
}

export interface ReserveRequest {
  /**
   * Made by us for this request, unique and not to be guessed. Never what a caller sends (`x-request-id`): who repeats
   * an id gets the old answer again, and nothing is counted.
   */
  readonly id: string;
  /** After this long the reservation ends by itself. Longer than the route may take, or renewed. */
  readonly ttlMs: number;
  /** No counter twice. */
  readonly items: readonly ReserveItem[];
}

export interface ReserveItem {
  readonly counter: Counter;
  /** 0 reserves nothing, and still is refused where nothing is left. */
  readonly amount: number;
  /** Take what is left when that is less than `amount`, but not less than this. Default: all or nothing. */
  readonly atLeast?: number;
  /**
   * Any rest will do: admitted while anything is left, and takes no more than half of it, so that who comes meanwhile finds
   * something, too. Never out of a lease, since what others hold on lease is left as well. In place of `atLeast`.
   */
  readonly sharesRest?: boolean;
  /** Counts, and refuses nobody: what only warns. With `sharesRest` it takes nothing where nothing is left. */
  readonly isAdvisory?: boolean;
  /** Counted for good at admission: not part of the reservation, not to be settled. Requests per minute. */
  readonly isFinal?: boolean;
  /** Whoever asks raises alerts: the answer has `spentBefore`. */
  readonly isWatched?: boolean;
  /** When the shared store cannot be reached. Default `closed`. */
  readonly onStoreFailure?: OnStoreFailure;
}

/** Refuse; admit uncounted; count against an equal share of the limit in this process. */
export type OnStoreFailure = 'closed' | 'open' | 'local';

export interface UsageRequest {
  readonly id: string;
  /** Every counter of the reservation that is not final; one that is left out stays reserved until its time is up. */
  readonly items: readonly UsageItem[];
}

export interface UsageItem {
  readonly counter: Counter;
  /** What was used in total. Without meaning for concurrency. */
  readonly amount: number;
  /** As in `ReserveItem`. */
  readonly isWatched?: boolean;
  readonly onStoreFailure?: OnStoreFailure;
}

export interface RenewRequest {
  readonly id: string;
  readonly ttlMs: number;
  readonly counters: readonly Counter[];
}

/** How a counter stands. */
export interface Figures {
  readonly remaining: number;
  /** All that counts, `reserved` included. May exceed the limit. */
  readonly used: number;
  /** What living reservations hold. */
  readonly reserved: number;
  /** Until everything counted now is free again; 0 when nothing is counted, and for concurrency. */
  readonly resetMs: number;
  /**
   * Of windows, for who watches: how much had been spent (`used` without `reserved`) when somebody who watches was
   * answered last. What has been spent since, by whomever, is told in this answer and in no other: what was settled, and
   * what had been used of reservations whose time is up. After the limit has changed it is the same part of the present
   * one, where that is less.
   */
  readonly spentBefore?: number;
}

export interface Grant extends Figures {
  /** The amount asked for, or less with `atLeast`. */
  readonly granted: number;
}

export type ReserveOutcome =
  | ({
      readonly kind: 'admitted';
      readonly grants: readonly Grant[];
      readonly modes?: readonly ItemMode[];
    } & Unheard)
  | Refusal
  | Unavailable;

/** The shared store may have answered, and nobody has heard what. */
export interface Unheard {
  readonly isUnheard?: true;
}

/** Nothing was reserved. */
export interface Refusal extends Unheard {
  readonly kind: 'refused';
  /** The first item that had no room. */
  readonly index: number;
  /** `too-large`: would not fit into an empty counter. `store-failure`: an item is `closed` and the store is away. */
  readonly reason: 'exhausted' | 'too-large' | 'store-failure';
  /** When it would fit if nothing else were admitted meanwhile. Absent: waiting does not help, or nobody knows. */
  readonly retryAfterMs: number | undefined;
  /** Of all items, as far as they are known. */
  readonly figures: readonly (Figures | undefined)[];
  readonly modes?: readonly ItemMode[];
}

/** Who decided about an item; absent in an outcome means `shared` for all. */
export type ItemMode = 'shared' | OnStoreFailure;

/** The store could not be asked, or did not answer. */
export interface Unavailable {
  readonly kind: 'unavailable';
  readonly cause: 'offline' | 'timeout' | 'busy' | 'error' | 'invalid' | 'unreadable';
  /** Of `unreadable`: the keys of counters in whose place there is something else. */
  readonly counters?: readonly string[];
  /** For the log: no secrets. */
  readonly message: string;
  /** Whether the store may have done it nevertheless. */
  readonly mayHaveHappened: boolean;
}

export type ChargeOutcome =
  | ({ readonly kind: 'charged'; readonly items: readonly ChargedItem[] } & Unheard)
  /** Settled before. */
  | { readonly kind: 'ended' }
  | Unavailable;

export interface ChargedItem extends Figures {
  /** Whether there was room for all that has been used so far. */
  readonly hasRoom: boolean;
}

export type SettleOutcome =
  /** `isLate`: it had ended by itself, or is unknown here; what was used has been charged all the same. */
  | { readonly kind: 'settled'; readonly isLate: boolean; readonly figures: readonly Figures[] }
  | { readonly kind: 'already-settled' }
  /** Will be told to the store once it is back. */
  | ({ readonly kind: 'queued' } & Unheard)
  | Unavailable;

export type RenewOutcome =
  /** Which ids live no longer. */
  { readonly kind: 'renewed'; readonly ended: readonly string[] } | Unavailable;

export type PeekOutcome = { readonly kind: 'figures'; readonly figures: readonly Figures[] } | Unavailable;

export interface CounterReport extends Figures {
  readonly counter: Counter;
  /** `reserved` minus the sum of the living reservations: 0, or something is wrong. */
  readonly drift: number;
}

/** How long the store remembers that a reservation has ended, so that the same end told again is not charged again. */
export const defaultRetentionMs = 15 * 60_000;
