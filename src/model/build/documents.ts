import type { DocumentOf, PolicyDocument, PolicyKind } from '../../policy/document.ts';
import { ofKind } from './of-kind.ts';
import { olderFirst } from './older-first.ts';

export type AiRouteDocument = DocumentOf<'AIGatewayRoute'>;
export type AiBackendDocument = DocumentOf<'AIServiceBackend'>;
export type BackendDocument = DocumentOf<'Backend'>;
export type BackendSecurityDocument = DocumentOf<'BackendSecurityPolicy'>;
export type BackendTlsDocument = DocumentOf<'BackendTLSPolicy'>;
export type BackendTrafficDocument = DocumentOf<'BackendTrafficPolicy'>;
export type SecurityDocument = DocumentOf<'SecurityPolicy'>;
export type GatewayConfigDocument = DocumentOf<'GatewayConfig'>;
export type ExtensionDocument = DocumentOf<'EnvoyExtensionPolicy'>;
export type QuotaDocument = DocumentOf<'QuotaPolicy'>;

/** Documents of one kind by namespace and name; all of them by id. */
export interface Named<D> {
  get(namespace: string, name: string): D | undefined;
  /** In the order of precedence. */
  readonly all: readonly D[];
}

export function named<K extends PolicyKind>(
  documents: readonly PolicyDocument[],
  kind: K,
): Named<ReturnType<typeof ofKind<K>>[number]> {
  const all = olderFirst(ofKind(documents, kind));
  let byName: ReadonlyMap<string, (typeof all)[number]> | undefined;
  return {
    all,
    get(namespace, name) {
      // Of most kinds nobody asks for a single one.
      byName ??= new Map(all.map((document) => [`${document.namespace}/${document.name}`, document]));
      return byName.get(`${namespace}/${name}`);
    },
  };
}

/** Policies by what they are for: `kind/namespace/name`, each list in the order of `policies`. */
export function byTarget<D extends PolicyDocument & { readonly spec: { readonly targetRefs: readonly Target[] } }>(
  policies: readonly D[],
): ReadonlyMap<string, readonly Targeting<D>[]> {
  const found = new Map<string, Targeting<D>[]>();
  for (const policy of policies) {
    for (const [index, { kind, name, sectionName }] of policy.spec.targetRefs.entries()) {
      const key = targetKey(kind, policy.namespace, name);
      const list = found.get(key) ?? [];
      list.push({ policy, path: `spec.targetRefs[${index}]`, ...(sectionName !== undefined && { sectionName }) });
      found.set(key, list);
    }
  }
  return found;
}

interface Target {
  readonly kind: string;
  readonly name: string;
  readonly sectionName?: string;
}

/** A policy, and the place in it that names the target. */
export interface Targeting<D> {
  readonly policy: D;
  readonly path: string;
  readonly sectionName?: string;
}

export function targetKey(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
