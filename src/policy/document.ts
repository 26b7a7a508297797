import type { ApiKeySpec } from './api-key.ts';
import type { BudgetSpec } from './budget.ts';
import type { GatewaySpec } from './gateway.ts';
import type { GatewayPolicySpec } from './gateway-policy.ts';
import type { GuardrailSpec } from './guardrail.ts';
import type { LimitSpec } from './limit.ts';
import type { ModelSpec } from './model.ts';
import type { ProviderSpec } from './provider.ts';

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
  /** With every default filled in. */
  readonly spec: S;
  /** `file:line` */
  readonly source: string;
  /** Secrets in files are relative to it. */
  readonly folder: string;
  /** Of kind, namespace, name, labels, annotations and parsed spec: equal content, equal hash, wherever it stands. */
  readonly hash: string;
}

export type ProviderDocument = Document<'Provider', ProviderSpec>;
export type ModelDocument = Document<'Model', ModelSpec>;
export type ApiKeyDocument = Document<'ApiKey', ApiKeySpec>;
export type GuardrailDocument = Document<'Guardrail', GuardrailSpec>;
export type LimitDocument = Document<'Limit', LimitSpec>;
export type BudgetDocument = Document<'Budget', BudgetSpec>;
export type GatewayPolicyDocument = Document<'GatewayPolicy', GatewayPolicySpec>;
export type GatewayDocument = Document<'Gateway', GatewaySpec>;

export type PolicyDocument =
  | ProviderDocument
  | ModelDocument
  | ApiKeyDocument
  | GuardrailDocument
  | LimitDocument
  | BudgetDocument
  | GatewayPolicyDocument
  | GatewayDocument;

export type PolicyKind = PolicyDocument['kind'];
