import { contentVersion } from '../../../lib/hash.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { Provider } from '../../provider.ts';
import { type BackendLocation, locateBackend } from '../backend/location.ts';
import { wouldBePlainText } from '../backend/plain-text.ts';
import { type BuiltTls, buildTls } from '../backend/tls.ts';
import type { BuildContext } from '../context.ts';
import {
  type AiBackendDocument,
  type BackendDocument,
  type BackendTlsDocument,
  type Named,
  type Targeting,
  targetKey,
} from '../documents.ts';
import { memo } from '../memo.ts';
import type { AttachedCredentials } from './credential/attached.ts';
import type { BuiltCredential } from './credential/built-credential.ts';
import { buildCredential } from './credential/index.ts';
import { dialectOf } from './dialect.ts';
import { requestChanges } from './mutation.ts';

type ApiSchema = AiBackendDocument['spec']['schema'];

export interface BackendSurroundings {
  readonly backends: Named<BackendDocument>;
  readonly security: AttachedCredentials;
  readonly tls: ReadonlyMap<string, readonly Targeting<BackendTlsDocument>[]>;
  /** Names of `Provider` documents, which an AIServiceBackend of the same name leaves alone. */
  readonly taken: ReadonlySet<string>;
}

/** A backend's provider, or nothing when a part of it is missing: then its targets are better left out. */
export function buildBackend(
  document: AiBackendDocument,
  { backends, security, tls: tlsPolicies, taken }: BackendSurroundings,
  context: BuildContext,
): Provider | undefined {
  const location = locateBackend(document, 'spec.backendRef', document.spec.backendRef, backends, context);
  if (location === undefined) return undefined;
  const name = providerName(document, taken);
  const cluster = clusterName(document, name, location);
  const tls = buildTls(location, tlsPolicies, cluster, context);
  if (tls !== undefined && wouldBePlainText(document, 'spec.backendRef', location, tls, context)) return undefined;
  const credential = buildCredential({ backend: document, location, cluster }, security, context);
  if (tls === undefined || credential === undefined) {
    const wanting = [
      ...(tls === undefined ? tlsDocuments(location, tlsPolicies) : []),
      ...(credential === undefined ? securityDocuments(document, security) : []),
    ];
    const message = `needs ${[...new Set(wanting)].join(' and ')}, which cannot be used as it is written`;
    context.reject(document, 'spec', message, 'see what is said there', 'InvalidPolicy');
    return undefined;
  }
  for (const secret of [...tls.secrets, ...credential.secrets]) context.keep(secret);
  const { schema } = document.spec;
  const dialect = dialectOf(document);
  if (dialect === undefined) {
    const message = `${schema.name}: its schema is not served yet, so no request is sent there`;
    context.reject(
      document,
      'spec.schema.name',
      message,
      'use OpenAI or Anthropic, if it speaks one of them',
      'UnsupportedValue',
    );
  }
  const isServed = dialect !== undefined && credential.isUnserved !== true;
  const isPlainText = tls.tls === undefined && location.addresses.some(({ port }) => port === 443);
  if (isServed && isPlainText) warnOfPlainText(document, context);
  const decisions = [...tls.decisions, ...credential.decisions];
  const signature = JSON.stringify([
    name,
    cluster,
    location.addresses,
    location.isPlainHttp2,
    tls.tls,
    credential.credential,
    isServed,
    origins(document, location, tls, credential),
    decisions,
  ]);
  return memo(document, 'provider', signature, (): Provider => {
    const changes = requestChanges(document.spec.headerMutation, document.spec.bodyMutation);
    const [endpoint, ...more] = location.addresses;
    return {
      name,
      // As the vocabulary has it, in every namespace.
      nameInCosts: `${document.name}.${document.namespace}`,
      cluster,
      dialect: dialect ?? 'openai',
      endpoint: { ...endpoint, basePath: basePath(schema) },
      ...(more.length > 0 && { moreEndpoints: more }),
      ...(location.isPlainHttp2 && { isPlainHttp2: true }),
      ...(!isServed && { isUnserved: true }),
      isPrivate: location.isPrivate,
      ...(tls.tls && { tls: tls.tls }),
      ...(credential.credential && { credential: credential.credential }),
      setHeaders: changes?.setHeaders ?? [],
      removeHeaders: changes?.removeHeaders ?? [],
      setBody: changes?.setBody ?? [],
      removeBody: changes?.removeBody ?? [],
      passthroughPaths: [],
      connectTimeoutMs: 5_000,
      ...(decisions.length > 0 && { decisions }),
      origins: origins(document, location, tls, credential),
    };
  });
}

function tlsDocuments({ backend, target }: BackendLocation, policies: BackendSurroundings['tls']): readonly string[] {
  const ids = (policies.get(targetKey(target.kind, target.namespace, target.name)) ?? []).map(
    ({ policy }) => policy.id,
  );
  return backend?.spec.tls === undefined ? ids : [backend.id, ...ids];
}

function securityDocuments(
  { namespace, name }: AiBackendDocument,
  policies: BackendSurroundings['security'],
): readonly string[] {
  const [first] = policies.get(targetKey('AIServiceBackend', namespace, name)) ?? [];
  return first === undefined ? [] : [first.policy.id];
}

function providerName({ namespace, name }: AiBackendDocument, taken: ReadonlySet<string>): string {
  const own = qualifiedName(namespace, name);
  return taken.has(own) ? `${own}.aiservicebackend` : own;
}

/** As that of a `Provider`: whoever moves to another address becomes another cluster, with secrets of its own. */
function clusterName({ spec }: AiBackendDocument, name: string, { addresses, target }: BackendLocation): string {
  const place = JSON.stringify([spec.schema, addresses, target]);
  return `provider/${name}@${contentVersion(place).slice(0, 8)}`;
}

/** Amazon has the API of OpenAI below a path of its own. */
function basePath({ name, prefix = name === 'AWSOpenAI' ? 'openai/v1' : 'v1' }: ApiSchema): string {
  const path = prefix.replace(/^\/+|\/+$/g, '');
  return path === '' ? '' : `/${path}`;
}

function origins(
  document: AiBackendDocument,
  { backend }: BackendLocation,
  tls: BuiltTls,
  credential: BuiltCredential,
): string[] {
  return [...new Set([document.id, ...(backend ? [backend.id] : []), ...tls.origins, ...credential.origins])];
}

function warnOfPlainText(document: AiBackendDocument, context: BuildContext): void {
  const message = 'is on port 443, but nothing says that it speaks TLS: requests and credential go in plain text';
  context.warn(document, 'spec.backendRef', message, 'add a BackendTLSPolicy for it');
}
