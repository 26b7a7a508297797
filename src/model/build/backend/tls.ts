import type { PolicyDocument } from '../../../policy/document.ts';
import type { AuthorityReference } from '../../../policy/gateway-api/object-reference.ts';
import { type Decision, decided } from '../../decision.ts';
import type { UpstreamTls } from '../../provider.ts';
import type { Secret } from '../../secret.ts';
import { authorities } from '../certificates/authorities.ts';
import { judgePair } from '../certificates/judge.ts';
import type { BuildContext } from '../context.ts';
import { type BackendTlsDocument, type Targeting, targetKey } from '../documents.ts';
import { takenTarget } from '../older-first.ts';
import { type LeveledPolicy, type MergedPolicy, mergePolicies } from '../policy-levels.ts';
import type { BackendLocation } from './location.ts';
import { type ClientCertificate, type Signers, saidOfTls, type TlsFields, tlsFields } from './tls-fields.ts';

export interface BuiltTls {
  readonly tls?: UpstreamTls;
  /** What `tls` names. */
  readonly secrets: readonly Secret[];
  /** Ids of documents that it comes from. */
  readonly origins: readonly string[];
  readonly decisions: readonly Decision[];
}

/** A Backend stands below the policies for it. */
const belowPolicies = 'rule';

/** No TLS: nobody has said anything about it. Nothing at all where it is wanted and cannot be had; that is said. */
export function buildTls(
  location: BackendLocation,
  policies: ReadonlyMap<string, readonly Targeting<BackendTlsDocument>[]>,
  cluster: string,
  context: BuildContext,
): BuiltTls | undefined {
  const [policy, ...others] = policiesFor(location, policies, context);
  // How the backend is to show who it is cannot be read: it gets neither plain text nor a credential.
  if (policy?.isBarrier) return undefined;
  const layers = [...ofBackend(location), ...ofPolicy(policy)];
  const merged = mergePolicies(layers);
  const { spec } = merged;
  const origins = layers.map(({ origin }) => origin);
  if (layers.length === 0) return { origins, secrets: [], decisions: [] };
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
    decisions: decisionsOf(merged, others),
  };
}

/** `others`: policies for all of a Service whose port has one of its own, which is taken as a whole. */
function decisionsOf({ said }: MergedPolicy<TlsFields>, others: readonly BackendTlsDocument[]): readonly Decision[] {
  const ofOthers = mergePolicies(others.flatMap(ofPolicy)).said;
  return tlsFields.flatMap((field) => {
    const [by, ...over] = saidOfTls(said, field);
    return by === undefined ? [] : decided(`tls.${field}`, [by, ...saidOfTls(ofOthers, field), ...over]);
  });
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
  judgePair(document, path, 'the client certificate', { certificate, privateKey }, context);
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
  return [{ level: belowPolicies, origin: backend.id, spec }];
}

/** One for the port before one for the whole Service; of several for the same, the oldest. */
function policiesFor(
  { target }: BackendLocation,
  policies: ReadonlyMap<string, readonly Targeting<BackendTlsDocument>[]>,
  context: BuildContext,
): readonly BackendTlsDocument[] {
  const all = policies.get(targetKey(target.kind, target.namespace, target.name)) ?? [];
  const [first, ...others] = [
    ...all.filter(({ sectionName }) => sectionName !== undefined && sectionName === target.port),
    ...all.filter(({ sectionName }) => sectionName === undefined),
  ];
  if (first === undefined) return [];
  for (const { policy, path, sectionName } of others) {
    if (sectionName !== first.sectionName || policy === first.policy) continue;
    const message = takenTarget(first.policy, policy, target.kind);
    context.reject(policy, path, message, 'put both into one document', 'Conflicted');
  }
  return [...new Set([first, ...others].map(({ policy }) => policy))];
}

function ofPolicy(policy?: BackendTlsDocument): LeveledPolicy<TlsFields>[] {
  if (policy === undefined) return [];
  const { hostname, caCertificateRefs, wellKnownCACertificates, subjectAltNames } = policy.spec.validation;
  const signers = signersOf(policy, 'spec.validation', caCertificateRefs, wellKnownCACertificates);
  const spec: TlsFields = {
    serverName: hostname,
    ...(signers !== undefined && { signers }),
    ...(subjectAltNames.length > 0 && { subjectNames: subjectAltNames }),
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
