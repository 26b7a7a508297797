import type { Origins } from './gateway.ts';

/** A match and the chain that answers it. */
export interface Route {
  readonly id: string;
  readonly match: RouteMatch;
  /** Sorted by priority, then as written. */
  readonly targets: readonly Target[];
  /** Name of a profile of the gateway. */
  readonly profile: string;
  readonly affinityHeader?: string;
  readonly isPrivateOnly: boolean;
  readonly coolDown: CoolDown;
  readonly watchBody: boolean;
  readonly firstTokenTimeoutMs?: number;
  readonly origins: Origins;
}

export interface RouteMatch {
  /** Only this key meets the route. */
  readonly key?: string;
  /** Logical model names, `*` globs allowed; empty: every model. */
  readonly models: readonly string[];
}

export interface Target {
  readonly provider: string;
  /** The provider's own name for the model; absent: as the client wrote it. */
  readonly model?: string;
  readonly priority: number;
  readonly weight: number;
  /** Name of prices of its own; absent: those of the logical model. */
  readonly pricing?: string;
}

/** After so many failures in a row a target is passed over for a while, unless it is the only one left. */
export interface CoolDown {
  readonly failures: number;
  readonly durationMs: number;
}

/**
 * Which failures of an attempt lead to the next target, and how long an attempt may take. Envoy holds one route entry
 * per distinct profile; the processor names the profile of each request.
 */
export interface RetryProfile {
  /** Derived from the content, so that equal rules share one. */
  readonly name: string;
  /** Retriable statuses, sorted. */
  readonly statuses: readonly number[];
  readonly onServerError: boolean;
  readonly onConnectFailure: boolean;
  readonly onReset: boolean;
  readonly onTimeout: boolean;
  readonly attemptTimeoutMs: number;
  readonly idleTimeoutMs: number;
}
