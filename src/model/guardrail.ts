import type { Origins } from './origins.ts';
import type { Header } from './provider.ts';
import type { Scope } from './scope.ts';

/** Rules for what may be said. */
export interface Guardrail {
  readonly name: string;
  /** Of its content, for decision records. */
  readonly version: string;
  readonly scope: Scope;
  readonly isObserving: boolean;
  readonly rules: readonly GuardRule[];
  /** Names of the `opaque` secrets that its rules need. */
  readonly secrets: readonly string[];
  readonly origins: Origins;
}

export interface GuardRule {
  readonly name: string;
  readonly onRequest: boolean;
  readonly onResponse: boolean;
  /** Empty: every role. */
  readonly roles: readonly string[];
  readonly detector: GuardDetector;
  readonly action: 'observe' | 'redact' | 'block';
  readonly redaction: Redaction;
  readonly entityRedactions: readonly { readonly entity: string; readonly redaction: Redaction }[];
  readonly severity: 'low' | 'medium' | 'high' | 'critical';
  readonly message?: string;
  readonly streaming: 'buffer' | 'window';
  readonly atHoldBackLimit: 'mask' | 'block';
  /** Of detectors that ask a service. */
  readonly remote?: RemoteCall;
}

export interface Redaction {
  readonly style: 'text' | 'label' | 'mask' | 'hash' | 'reversible';
  readonly text: string;
  readonly keepLast: number;
}

export interface RemoteCall {
  readonly timeoutMs: number;
  readonly onFailure: 'closed' | 'open';
  readonly mostConcurrent: number;
  readonly cacheMs: number;
}

/** Credentials are names of secrets; empty: none. */
export type GuardDetector =
  | { readonly kind: 'keywords'; readonly words: readonly string[] }
  | { readonly kind: 'regex'; readonly pattern: string; readonly isCaseInsensitive: boolean }
  | {
      readonly kind: 'pii' | 'secrets';
      /** Empty: those that are on by default. */
      readonly entities: readonly string[];
      readonly except: readonly string[];
      readonly minScore: number;
      readonly options: readonly EntityOptions[];
    }
  | { readonly kind: 'injection'; readonly sensitivity: 'low' | 'medium' | 'high'; readonly threshold?: number }
  | {
      readonly kind: 'azureContentSafety';
      readonly endpoint: string;
      readonly apiKey: string;
      readonly thresholds: readonly Threshold[];
      readonly blocklists: readonly string[];
      readonly haltOnBlocklistHit: boolean;
      readonly promptShield: boolean;
    }
  | {
      readonly kind: 'openaiModeration';
      readonly endpoint: string;
      readonly apiKey: string;
      readonly model: string;
      readonly thresholds: readonly Threshold[];
      /** Empty: every one. */
      readonly categories: readonly string[];
    }
  | {
      readonly kind: 'bedrockGuardrail';
      readonly endpoint: string;
      readonly region: string;
      readonly guardrailId: string;
      readonly guardrailVersion: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string;
    }
  | {
      readonly kind: 'webhook';
      readonly url: string;
      readonly headers: readonly Header[];
      readonly credentialHeader: string;
      readonly credentialPrefix: string;
      readonly credential: string;
      readonly ca: string;
    };

export interface EntityOptions {
  readonly entity: string;
  readonly minScore?: number;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly contextWords: readonly string[];
}

export interface Threshold {
  readonly category: string;
  readonly value: number;
}
