import type { Kind, kinds } from './kinds.ts';
import type { Infer } from './schema/schema.ts';

/** A valid document. Documents of unchanged text keep their identity from one reading to the next. */
export interface Document<K, S> {
  /** `Provider/openai`, and `Provider/team-a/openai` outside the default namespace. */
  readonly id: string;
  readonly kind: K;
  readonly name: string;
  /** `default` where none is written; empty for kinds that have none. */
  readonly namespace: string;
  readonly labels: { readonly [name: string]: string };
  /** Those that mean something to a gateway. */
  readonly annotations: { readonly [name: string]: string };
  /** When an API server has made it, as it writes that: to the second, in UTC. Absent: nobody knows, as of files. */
  readonly createdAt?: string;
  /** With every default filled in. */
  readonly spec: S;
  /** `file:line` */
  readonly source: string;
  /** Secrets in files are relative to it. */
  readonly folder: string;
  /**
   * It is wrong, and was never right. Of what guards something, the spec says nothing but what it is for: as long as it is
   * there, nothing gets past it. Of a route, the spec has the rules that are right, and what the others are for.
   */
  readonly isBarrier?: true;
  /** Of kind, namespace, name, labels, annotations and parsed spec: equal content, equal hash, wherever it stands, however old it is. */
  readonly hash: string;
}

export type DocumentOf<K extends Kind> = Document<K, Infer<(typeof kinds)[K]['spec']>>;

export type ProviderDocument = DocumentOf<'Provider'>;
export type ModelDocument = DocumentOf<'Model'>;
export type ApiKeyDocument = DocumentOf<'ApiKey'>;
export type GuardrailDocument = DocumentOf<'Guardrail'>;
export type LimitDocument = DocumentOf<'Limit'>;
export type BudgetDocument = DocumentOf<'Budget'>;
export type PriceCatalogueDocument = DocumentOf<'PriceCatalogue'>;
export type GatewayPolicyDocument = DocumentOf<'GatewayPolicy'>;
export type GatewayParametersDocument = DocumentOf<'GatewayParameters'>;
export type GatewayDocument = DocumentOf<'Gateway'>;

export type PolicyDocument = { [K in Kind]: DocumentOf<K> }[Kind];

export type PolicyKind = Kind;
