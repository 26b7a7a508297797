import type { EntityOptions } from './entity.ts';

export type Phase = 'request' | 'response';

/** In the order of their strength, weakest first. */
export type Action = 'observe' | 'redact' | 'block';

export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** Whose text it is. Tool outputs and tool inputs are judged apart from what people say: that is where attacks hide. */
export type TextRole = 'system' | 'user' | 'assistant' | 'toolInput' | 'toolOutput' | 'reasoning';

export const textRoles: readonly TextRole[] = ['system', 'user', 'assistant', 'toolInput', 'toolOutput', 'reasoning'];

/** A rule that is ready to be compiled. Plain data: equal rules have equal JSON (maps aside), wherever they come from. */
export interface GuardRule {
  readonly guardrail: string;
  readonly name: string;
  readonly onRequest: boolean;
  readonly onResponse: boolean;
  /** Undefined: every role. */
  readonly roles: ReadonlySet<string> | undefined;
  readonly detector: DetectorSpec;
  /** Of the rule and of its guardrail: one that only observes makes every action `observe`. */
  readonly action: Action;
  readonly redaction: Redaction;
  readonly redactionByEntity: ReadonlyMap<string, Redaction>;
  readonly severity: Severity;
  /** For the caller; undefined: a general one. */
  readonly message: string | undefined;
  /** How a streamed text is judged by a rule that needs the whole of it. */
  readonly streaming: 'buffer' | 'window';
  /** What becomes of a streamed text of which more would have to be held back than there is room for. */
  readonly atHoldBackLimit: 'mask' | 'block';
  /** Of remote rules only. */
  readonly remote: RemoteCall | undefined;
}

export interface Redaction {
  readonly style: 'text' | 'label' | 'mask' | 'hash' | 'reversible';
  /** Of style `text`. */
  readonly text: string;
  /** Of style `mask`: characters at the end that stay. */
  readonly keepLast: number;
}

export const defaultRedaction: Redaction = { style: 'text', text: '[REDACTED]', keepLast: 0 };

export interface RemoteCall {
  readonly timeoutMs: number;
  /** What an answer that does not come, or comes too late, means. */
  readonly onFailure: 'closed' | 'open';
  readonly mostConcurrent: number;
  /** How long a verdict on the same text is kept; 0: not at all. */
  readonly cacheMs: number;
}

export type DetectorSpec = LocalSpec | RemoteSpec;

/** What is decided here and now, without asking anybody. */
export type LocalSpec =
  | { readonly kind: 'keywords'; readonly words: readonly string[] }
  | { readonly kind: 'regex'; readonly pattern: string; readonly isCaseInsensitive: boolean }
  | {
      readonly kind: 'pii' | 'secrets';
      /** Names of the catalogue; undefined: those that are on by default. */
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

/** Services that are asked. Credentials are names that whoever asks can resolve; empty: none. */
export type RemoteSpec =
  | {
      readonly kind: 'azureContentSafety';
      /** Without trailing slash. */
      readonly endpoint: string;
      readonly apiKey: string;
      /** By category (`hate`, `selfHarm`, `sexual`, `violence`): 0 to 7. Empty: the text is not analysed. */
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
      /** 0 to 1, by category; a category without one counts when the service flags it. */
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

export function isLocal(spec: DetectorSpec): spec is LocalSpec {
  switch (spec.kind) {
    case 'keywords':
    case 'regex':
    case 'pii':
    case 'secrets':
    case 'injection':
      return true;
    default:
      return false;
  }
}

export function redactionOf(rule: GuardRule, entity: string): Redaction {
  return rule.redactionByEntity.get(entity) ?? rule.redaction;
}
