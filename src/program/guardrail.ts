import type { Scoped } from './scope.ts';

/** Rules for what may be said. All that match apply together: block beats redact beats observe. */
export interface Guardrail extends Scoped {
  readonly name: string;
  /** Of its content, for decision records. */
  readonly version: string;
  /** Decides and records, changes nothing, whatever its rules say. */
  readonly isObserving: boolean;
  readonly rules: readonly GuardRule[];
}

export interface GuardRule {
  readonly name: string;
  readonly onRequest: boolean;
  readonly onResponse: boolean;
  /** Undefined: every role. */
  readonly roles: ReadonlySet<string> | undefined;
  readonly detector: GuardDetector;
  readonly action: 'observe' | 'redact' | 'block';
  readonly redaction: Redaction;
  readonly redactionByEntity: ReadonlyMap<string, Redaction>;
  readonly severity: 'low' | 'medium' | 'high' | 'critical';
  /** For the caller; undefined: a general one. Never repeats a finding. */
  readonly message: string | undefined;
  /** How a streamed response is judged by a rule that needs the whole text. */
  readonly streaming: 'buffer' | 'window';
  /** What becomes of a text that must be held back longer than there is room. */
  readonly atHoldBackLimit: 'mask' | 'block';
  /** Set for the detectors that ask a service, and only for these. */
  readonly remote: RemoteCall | undefined;
}

export interface RemoteCall {
  readonly timeoutMs: number;
  /** What an answer that does not come, or comes too late, means. */
  readonly onFailure: 'closed' | 'open';
  readonly mostConcurrent: number;
  /** How long a verdict on the same text is kept; 0: not at all. */
  readonly cacheMs: number;
}

export interface Redaction {
  readonly style: 'text' | 'label' | 'mask' | 'hash' | 'reversible';
  /** Of style `text`. */
  readonly text: string;
  /** Of style `mask`: characters at the end that stay. */
  readonly keepLast: number;
}

/** The shape that the guard's catalogue of entities understands. */
export interface EntityOptions {
  readonly minScore: number | undefined;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly contextWords: readonly string[];
}

export type GuardDetector = LocalDetector | RemoteDetector;

export type LocalDetector =
  | { readonly kind: 'keywords'; readonly words: readonly string[]; readonly isCaseSensitive: boolean }
  | { readonly kind: 'regex'; readonly pattern: string; readonly isCaseInsensitive: boolean }
  | {
      readonly kind: 'pii' | 'secrets';
      /** Names without globs; undefined: those that are on by default, without `except`. */
      readonly entities: readonly string[] | undefined;
      readonly except: readonly string[];
      readonly minScore: number;
      readonly options: ReadonlyMap<string, EntityOptions>;
    }
  | {
      readonly kind: 'injection';
      readonly sensitivity: 'low' | 'medium' | 'high';
      /** 0 to 1; undefined: that of the sensitivity. */
      readonly threshold: number | undefined;
    };

/** Credentials are names in `program.secrets`; empty: none. One that is not there is a failure of the call. */
export type RemoteDetector =
  | {
      readonly kind: 'azureContentSafety';
      /** Without trailing slash. */
      readonly endpoint: string;
      readonly apiKey: string;
      /** By category as the policy names it (`hate`, `selfHarm`, `sexual`, `violence`): 0 to 7. Empty: not analysed. */
      readonly thresholds: ReadonlyMap<string, number>;
      readonly blocklists: readonly string[];
      readonly haltOnBlocklistHit: boolean;
      readonly promptShield: boolean;
    }
  | {
      readonly kind: 'openaiModeration';
      /** With `/v1`, without trailing slash. */
      readonly endpoint: string;
      readonly apiKey: string;
      readonly model: string;
      /** Scores, 0 to 1, by category; a category without one counts when the service flags it. */
      readonly thresholds: ReadonlyMap<string, number>;
      /** Undefined: every category counts. */
      readonly categories: ReadonlySet<string> | undefined;
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
      /** Flat: name, value, name, value… */
      readonly headers: readonly string[];
      /** Lower case; empty: no credential. */
      readonly credentialHeader: string;
      readonly credentialPrefix: string;
      readonly credential: string;
      /** Name of a secret with PEM; empty: the system's certificates. */
      readonly ca: string;
    };
