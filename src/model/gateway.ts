/**
 * The model: what the policy means. Plain readonly data, every reference resolved, every default filled in, sorted, so
 * that equal policies give equal models. Both halves (Envoy's resources and the processor's program) read only this.
 */

import type { Decision } from './decision.ts';
import type { Guardrail } from './guardrail.ts';
import type { ApiKey } from './key.ts';
import type { Budget, Limit } from './limit.ts';
import type { Listener } from './listener.ts';
import type { LogicalModel } from './logical-model.ts';
import type { Origins } from './origins.ts';
import type { OwnFilter } from './own-filter.ts';
import type { Pricing } from './pricing.ts';
import type { Provider } from './provider.ts';
import type { RetryProfile, Route } from './route.ts';
import type { Secret } from './secret.ts';
import type { Services } from './service.ts';
import type { RecordSink, Store } from './store.ts';

export interface GatewayModel {
  readonly name: string;
  readonly listeners: readonly Listener[];
  readonly settings: GatewaySettings;
  readonly providers: readonly Provider[];
  readonly models: readonly LogicalModel[];
  readonly routes: readonly Route[];
  /** The distinct retry rules of all routes: Envoy gets one route entry per profile, not per model. */
  readonly profiles: readonly RetryProfile[];
  readonly keys: readonly ApiKey[];
  readonly guardrails: readonly Guardrail[];
  readonly limits: readonly Limit[];
  readonly budgets: readonly Budget[];
  readonly pricings: readonly Pricing[];
  readonly services: Services;
  /** Those that listeners and services choose from. Absent: none. */
  readonly filters?: readonly OwnFilter[];
  /** Everything secret, kept apart so that the rest can be printed. Referred to by name. */
  readonly secrets: readonly Secret[];
}

/** What the processor takes of a body in one message, less room for what comes with it. */
export const mostBodyBytes = 60 * 1024 * 1024;

export interface GatewaySettings {
  /** At most `mostBodyBytes`. */
  readonly maxBodyBytes: number;
  /** Retry profile of requests that name no model (pass-through). */
  readonly defaultProfile: string;
  /** `metadata`: everything but headers; `full` adds the request headers that are safe to show; `off`: no log. */
  readonly accessLog: 'metadata' | 'full' | 'off';
  readonly cors?: Cors;
  readonly store: Store;
  readonly usageRecords: RecordSink;
  readonly decisionRecords: RecordSink;
  /** Name of an `opaque` secret; absent: no hashes and no reversible tokens. */
  readonly redactionSecret?: string;
  readonly includeUsage: boolean;
  /** Hash of the key that callers have who show none; absent: they are refused. */
  readonly anonymousKey?: string;
  /** Base URL of a collector for spans. */
  readonly otlpEndpoint?: string;
  /** Names of the `opaque` secrets that these settings need in the processor. */
  readonly secrets: readonly string[];
  /** Absent: nobody says anything that others could say. */
  readonly decisions?: readonly Decision[];
  readonly origins: Origins;
}

export interface Cors {
  readonly allowOrigins: readonly string[];
}
