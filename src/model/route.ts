import type { Decision } from './decision.ts';
import type { Origins } from './origins.ts';
import type { BodyField, Header } from './provider.ts';
import type { TokenDemand } from './token-demand.ts';

/** Between the name of a route and that of a part of it that has limits of its own. No document's name has it. */
export const rulePartSeparator = '#';

/** A match and the chain that answers it. Which one wins where several match: docs/design/route-precedence.md. */
export interface Route {
  readonly id: string;
  /** What scopes call it, where several routes come from one document; absent: its id. */
  readonly name?: string;
  readonly match: RouteMatch;
  /** Among routes that match alike the smaller text goes first; absent: before all that have one. */
  readonly precedence?: string;
  /** Sorted by priority, then as written. */
  readonly targets: readonly Target[];
  /** Name of a profile of the gateway. */
  readonly profile: string;
  readonly affinityHeader?: string;
  readonly isPrivateOnly: boolean;
  readonly coolDown: CoolDown;
  readonly watchBody: boolean;
  readonly firstTokenTimeoutMs?: number;
  readonly attempts?: AttemptRules;
  /** Id of the policy that cannot be enforced, because of which there are no targets. */
  readonly closedBy?: string;
  /** Callers have to show a token. Absent: none is asked for. */
  readonly tokens?: TokenDemand;
  /** Absent: nobody else could have said anything of it. */
  readonly decisions?: readonly Decision[];
  readonly origins: Origins;
}

export interface RouteMatch {
  /** Only this key meets the route. */
  readonly key?: string;
  /** Logical model names, `*` globs allowed. Empty, and no patterns: every model. */
  readonly models: readonly string[];
  /** RE2 syntax, matched against the whole name: more logical model names. Sorted. */
  readonly modelPatterns?: readonly string[];
  /** Names that match are models, even if no `LogicalModel` has them. */
  readonly opensModels?: boolean;
  /** Lower case; `*.` at the beginning stands for one label or more. Absent or empty: every host. Sorted. */
  readonly hostnames?: readonly string[];
  /** Names of the listeners by which a request may come. Absent: every one. Sorted. */
  readonly listeners?: readonly string[];
  /** All must match. Sorted by name. */
  readonly headers?: readonly HeaderMatch[];
}

/** The name is in lower case. Several lines of one name are one value, joined by `, `. */
export type HeaderMatch =
  | { readonly name: string; readonly kind: 'exact'; readonly value: string }
  /** RE2 syntax, matched against the whole value. */
  | { readonly name: string; readonly kind: 'pattern'; readonly value: string }
  | { readonly name: string; readonly kind: 'present' };

/** How often a chain is tried, where it is not once per target. */
export interface AttemptRules {
  /** Of all. More than there are targets: those that have failed are tried again. */
  readonly most: number;
  /** Before the next priority's turn; absent: one for each target. */
  readonly perPriority?: number;
}

export interface Target {
  readonly provider: string;
  /** The provider's own name for the model; absent: as the client wrote it. */
  readonly model?: string;
  readonly priority: number;
  readonly weight: number;
  /** Name of prices of its own; absent: those of the logical model. */
  readonly pricing?: string;
  /** Absent: nothing is changed beyond what the provider's own rules say. */
  readonly changes?: RequestChanges;
}

/** Changes of a request on its way to one target. They win over those of the provider. Sorted by name. */
export interface RequestChanges {
  readonly setHeaders: readonly Header[];
  /** Put behind the caller's value. */
  readonly addHeaders: readonly Header[];
  readonly removeHeaders: readonly string[];
  readonly setBody: readonly BodyField[];
  readonly removeBody: readonly string[];
}

/** After so many failures in a row a target is passed over for a while, unless it is the only one left. */
export interface CoolDown {
  readonly failures: number;
  readonly durationMs: number;
}

/** A day, the longest time that a policy can name: as good as no limit. */
export const unlimitedMs = 86_400_000;

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
  /** Streams that the other side has not begun to work on; part of `onReset`. */
  readonly onRefusedStream?: boolean;
  readonly onTimeout: boolean;
  readonly attemptTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** For everything, up to the end of the response; absent: a stream may run for as long as it makes progress. */
  readonly requestTimeoutMs?: number;
  /** Between attempts, growing; absent: none worth mentioning. */
  readonly backOff?: { readonly baseMs: number; readonly mostMs: number };
}
