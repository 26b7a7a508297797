import type { PolicyDocument } from '../../../policy/document.ts';
import type { AuthorityReference, SecretReference } from '../../../policy/gateway-api/object-reference.ts';
import type { Said } from '../../decision.ts';
import type { UpstreamTls } from '../../provider.ts';
import type { MergedPolicy } from '../policy-levels.ts';

/** What a Backend or a BackendTLSPolicy may say of TLS. Who signs is one field: its parts exclude each other. */
export interface TlsFields {
  readonly serverName?: string;
  readonly signers?: Signers;
  readonly subjectNames?: NonNullable<UpstreamTls['subjectNames']>;
  readonly clientCertificate?: ClientCertificate;
}

export interface ClientCertificate {
  readonly document: PolicyDocument;
  readonly ref: SecretReference;
}

export type Signers =
  | { readonly document: PolicyDocument; readonly path: string; readonly refs: readonly AuthorityReference[] }
  | 'system';

export const tlsFields = ['serverName', 'signers', 'subjectNames', 'clientCertificate'] as const;
type TlsField = (typeof tlsFields)[number];

/** What the kinds call a field. */
const paths: Readonly<Record<TlsField, { readonly policy: string; readonly backend: string }>> = {
  serverName: { policy: 'validation.hostname', backend: 'tls.sni' },
  signers: { policy: 'validation.caCertificateRefs', backend: 'tls.caCertificateRefs' },
  subjectNames: { policy: 'validation.subjectAltNames', backend: '' },
  clientCertificate: { policy: '', backend: 'tls.clientCertificateRef' },
};

const pathsOfSystem = { policy: 'validation.wellKnownCACertificates', backend: 'tls.wellKnownCACertificates' };

const texts: { readonly [F in TlsField]: (value: NonNullable<TlsFields[F]>) => string } = {
  serverName: (name) => name,
  signers: (signers) =>
    signers === 'system' ? 'System' : signers.refs.map(({ kind, name }) => `${kind}/${name}`).join(', '),
  subjectNames: (names) => names.map(({ value }) => value).join(', '),
  clientCertificate: ({ ref }) => `Secret/${ref.name}`,
};

/** Who says a field, the closest first. */
export function saidOfTls<F extends TlsField>(said: MergedPolicy<TlsFields>['said'], field: F): readonly Said[] {
  return (said[field] ?? []).map(({ level, origin, value }): Said => {
    const { policy, backend } = field === 'signers' && value === 'system' ? pathsOfSystem : paths[field];
    const path = level === 'backend' ? policy : backend;
    return { origin, level: 'backend', path, value: texts[field](value) };
  });
}
