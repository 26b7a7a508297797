import type { SecretReference } from '../../../../policy/gateway-api/object-reference.ts';
import type { HeaderCredential, ProviderCredential } from '../../../provider.ts';
import type { Secret } from '../../../secret.ts';
import type { BackendLocation } from '../../backend/location.ts';
import type { BuildContext } from '../../context.ts';
import type { AiBackendDocument, BackendSecurityDocument } from '../../documents.ts';
import { memo } from '../../memo.ts';

/** How a backend is shown who asks. */
export interface BuiltCredential {
  /** Absent: in no way. */
  readonly credential?: ProviderCredential;
  readonly secrets: readonly Secret[];
  /** Asked for in a way that is not served yet. */
  readonly isUnserved?: true;
  readonly origins: readonly string[];
}

/** Whom a credential is for. */
export interface CredentialUser {
  readonly backend: AiBackendDocument;
  readonly location: BackendLocation;
  /** Name of its cluster. */
  readonly cluster: string;
}

export type SpecOf<T extends BackendSecurityDocument['spec']['type']> = Extract<
  BackendSecurityDocument['spec'],
  { readonly type: T }
>;

export function inHeader(
  policy: BackendSecurityDocument,
  place: Omit<HeaderCredential, 'secret'>,
  value: string,
  { backend, cluster }: CredentialUser,
): BuiltCredential {
  const name = secretName(cluster);
  const secret = memo(backend, 'credential', `${name} ${value}`, (): Secret => ({ name, kind: 'opaque', value }));
  return { credential: { ...place, secret: name }, secrets: [secret], origins: [policy.id] };
}

/** Says of a field that it is not served yet: nothing is sent to the backend. */
export function unserved(
  policy: BackendSecurityDocument,
  path: string,
  message: string,
  remedy: string,
  context: BuildContext,
): BuiltCredential {
  context.reject(policy, path, `is not served yet: ${message}`, remedy, 'UnsupportedValue');
  return { isUnserved: true, secrets: [], origins: [policy.id] };
}

export function secretName(cluster: string): string {
  return `${cluster}/credential`;
}

export function secretSource({ name, namespace }: SecretReference, key: string) {
  return { secretKeyRef: { name, key, ...(namespace !== undefined && { namespace }) } };
}
