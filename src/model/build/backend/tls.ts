import type { PolicyDocument } from '../../../policy/document.ts';
import type { AuthorityReference, SecretReference } from '../../../policy/gateway-api/object-reference.ts';
import type { UpstreamTls } from '../../provider.ts';
import type { Secret } from '../../secret.ts';
import { authorities } from '../authority.ts';
import type { BuildContext } from '../context.ts';
import { type BackendTlsDocument, type Targeting, targetKey } from '../documents.ts';
import { type LeveledPolicy, mergePolicies } from '../policy-levels.ts';
import type { BackendLocation } from './location.ts';

/** What a Backend or a BackendTLSPolicy may say of TLS. Who signs is one field: its parts exclude each other. */
interface TlsFields {
  readonly serverName?: string;
  readonly signers?: Signers;
  readonly subjectNames?: NonNullable<UpstreamTls['subjectNames']>;
  readonly clientCertificate?: ClientCertificate;
}

interface ClientCertificate {
  readonly document: PolicyDocument;
  readonly ref: SecretReference;
}

type Signers =
  | { readonly document: PolicyDocument; readonly path: string; readonly refs: readonly AuthorityReference[] }
  | 'system';

export interface BuiltTls {
  readonly tls?: UpstreamTls;
  /** What `tls` names. */
  readonly secrets: readonly Secret[];
  /** Ids of documents that it comes from. */
  readonly origins: readonly string[];
}

/** No TLS: nobody has said anything about it. Nothing at all where it is wanted and cannot be had; that is said. */
export function buildTls(
  location: BackendLocation,
  policies: ReadonlyMap<string, readonly Targeting<BackendTlsDocument>[]>,
  cluster: string,
  context: BuildContext,
): BuiltTls | undefined {
  const policy = policyFor(location, policies, context);
  // How the backend is to show who it is cannot be read: it gets neither plain text nor a credential.
  if (policy?.isBarrier) return undefined;
  const layers = [...ofBackend(location), ...ofPolicy(policy)];
  const { spec } = mergePolicies(layers);
  const origins = layers.map(({ origin }) => origin);
  if (layers.length === 0) return { origins, secrets: [] };
  const [address] = location.addresses;
  const authority = authorityOf(spec.signers, `${cluster}/ca`, context);
  const certificate = certificateOf(spec.clientCertificate, `${cluster}/client-certificate`, context);
  if (authority === 'missing' || certificate === 'missing') return undefined;
  return {
    tls: {
      serverName: spec.serverName ?? address.hostname ?? address.host,
      ...(authority && { ca: authority.name }),
      ...(certificate && { clientCertificate: certificate.name }),
      ...(spec.subjectNames && { subjectNames: spec.subjectNames }),
    },
    secrets: [...(authority ? [authority] : []), ...(certificate ? [certificate] : [])],
    origins,
  };
}

function authorityOf(
  signers: Signers | undefined,
  name: string,
  context: BuildContext,
): Secret | 'missing' | undefined {
  if (signers === undefined || signers === 'system') return undefined;
  const certificates = authorities(signers.document, signers.path, signers.refs, context);
  return certificates === undefined ? 'missing' : { name, kind: 'trustedCa', certificates };
}

function certificateOf(
  wanted: ClientCertificate | undefined,
  name: string,
  context: BuildContext,
): Secret | 'missing' | undefined {
  if (wanted === undefined) return undefined;
  const { document, ref } = wanted;
  const path = 'spec.tls.clientCertificateRef';
  const namespace = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  const part = (key: string) =>
    context.resolve(document, path, { secretKeyRef: { name: ref.name, key, ...namespace } });
  const [certificate, privateKey] = [part('tls.crt'), part('tls.key')];
  if (certificate === undefined || privateKey === undefined) return 'missing';
  return { name, kind: 'certificate', certificate, privateKey };
}

function ofBackend({ backend }: BackendLocation): LeveledPolicy<TlsFields>[] {
  const tls = backend?.spec.tls;
  if (backend === undefined || tls === undefined) return [];
  const { caCertificateRefs, wellKnownCACertificates, clientCertificateRef, sni } = tls;
  const signers = signersOf(backend, 'spec.tls', caCertificateRefs, wellKnownCACertificates);
  const spec: TlsFields = {
    ...(sni !== undefined && { serverName: sni }),
    ...(signers !== undefined && { signers }),
    ...(clientCertificateRef && { clientCertificate: { document: backend, ref: clientCertificateRef } }),
  };
  return [{ level: 'route', origin: backend.id, spec }];
}

/** One for the port before one for the whole Service; of several for the same, the one of the smaller name. */
function policyFor(
  { target }: BackendLocation,
  policies: ReadonlyMap<string, readonly Targeting<BackendTlsDocument>[]>,
  context: BuildContext,
): BackendTlsDocument | undefined {
  const all = policies.get(targetKey(target.kind, target.namespace, target.name)) ?? [];
  const [first, ...others] = [
    ...all.filter(({ sectionName }) => sectionName !== undefined && sectionName === target.port),
    ...all.filter(({ sectionName }) => sectionName === undefined),
  ];
  for (const { policy, path, sectionName } of others) {
    if (first === undefined || sectionName !== first.sectionName || policy === first.policy) continue;
    const message = `${first.policy.id} is for the same ${target.kind}`;
    context.reject(policy, path, message, 'put both into one document', 'Conflicted');
  }
  return first?.policy;
}

function ofPolicy(policy: BackendTlsDocument | undefined): LeveledPolicy<TlsFields>[] {
  if (policy === undefined) return [];
  const { hostname, caCertificateRefs, wellKnownCACertificates, subjectAltNames } = policy.spec.validation;
  const signers = signersOf(policy, 'spec.validation', caCertificateRefs, wellKnownCACertificates);
  const spec: TlsFields = {
    serverName: hostname,
    ...(signers !== undefined && { signers }),
    ...(subjectAltNames.length > 0 && {
      subjectNames: subjectAltNames.map((name) => ({ kind: 'dns' as const, value: name.hostname })),
    }),
  };
  return [{ level: 'backend', origin: policy.id, spec }];
}

function signersOf(
  document: PolicyDocument,
  path: string,
  refs: readonly AuthorityReference[],
  wellKnown: string | undefined,
): Signers | undefined {
  if (refs.length > 0) return { document, path: `${path}.caCertificateRefs`, refs };
  return wellKnown === undefined ? undefined : 'system';
}
