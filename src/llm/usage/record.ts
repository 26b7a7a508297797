import type { UsageCompleteness, UsageSource } from './usage.ts';

/** How a request ended, seen from the caller. */
export type UsageEnding =
  | 'done'
  /** Refused before a provider was asked: key, policy, limit, budget, guardrail. */
  | 'rejected'
  /** A guardrail ended or withheld the answer. */
  | 'blocked'
  | 'caller aborted'
  | 'provider failed'
  /** The provider broke the answer off. */
  | 'provider cut'
  | 'timed out'
  /** A budget ended the stream. */
  | 'budget ended';

/** One line of JSON per request. Additions are allowed; a change of meaning counts `version` up. */
export interface UsageRecord {
  readonly kind: 'usage';
  readonly version: 1;
  /** The request id. Records are delivered at least once: whoever adds them up keeps each id once. */
  readonly id: string;
  /** When the request came, RFC 3339 in UTC. */
  readonly time: string;
  readonly key?: string;
  readonly user?: string;
  readonly team?: string;
  readonly project?: string;
  /** As in `ModelApi.name`. */
  readonly api: string;
  /** As the caller knows it. */
  readonly model?: string;
  /** Who answered, and what the model is called there. */
  readonly provider?: string;
  readonly providerModel?: string;
  readonly isStream: boolean;
  /** Of the answer to the caller; 0: it never began. */
  readonly status: number;
  readonly ending: UsageEnding;
  /** In the provider's word: `stop`, `end_turn`, `length`. */
  readonly finishReason?: string;
  /** Absent: no provider was asked. */
  readonly tokens?: UsageTokens;
  readonly cost?: UsageCost;
  /** In order, the one that answered last. */
  readonly attempts: readonly UsageAttempt[];
  readonly durationMs: number;
  /** Until the provider's first byte, and its first token. */
  readonly firstByteMs?: number;
  readonly firstTokenMs?: number;
  /** Limits and budgets that refused it, by name. */
  readonly refusedBy?: readonly string[];
  /** Limits and budgets that refuse nobody, and had no room for it, by name. */
  readonly exceeded?: readonly string[];
}

/** As in `Usage`; parts that are zero are left out. */
export interface UsageTokens {
  readonly input: number;
  readonly cachedInput?: number;
  readonly cacheWrite5m?: number;
  readonly cacheWrite1h?: number;
  readonly audioInput?: number;
  readonly imageInput?: number;
  readonly output: number;
  readonly reasoning?: number;
  readonly audioOutput?: number;
  readonly total: number;
  readonly reportedTotal?: number;
  readonly images?: number;
  readonly serviceTier?: string;
  readonly source: UsageSource;
  readonly completeness: UsageCompleteness;
}

export type UsageCost =
  /** `isDerived`: some tokens had no price of their own and were charged at another one's. */
  | { readonly nanoUsd: number; readonly isDerived?: true; readonly priceVersion: string }
  /** Nobody can say: `unpriced`, or the tier or kind of tokens that has no price. */
  | { readonly unknown: string; readonly priceVersion?: string };

export interface UsageAttempt {
  readonly provider: string;
  readonly providerModel?: string;
  /** Of the provider's answer; absent: it gave none. */
  readonly status?: number;
  /** Why it failed, where the status does not say it. Neither: nobody can tell. */
  readonly failure?: AttemptFailure;
}

export type AttemptFailure =
  /** No answer in the time that one attempt may take. */
  | 'timed out'
  /** No connection: refused, no TLS, too slow. Told of the last attempt only, as is the next one. */
  | 'not connected'
  /** The connection, or the stream on it, ended before there was an answer. */
  | 'disconnected'
  /** One of these. */
  | 'no answer'
  /** The body said so, or was not all there. */
  | 'error behind 200'
  | 'broken answer';
