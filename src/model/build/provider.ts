import { contentVersion } from '../../lib/hash.ts';
import type { ProviderDocument } from '../../policy/document.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import type { SecretSource } from '../../policy/secret-source.ts';
import { decided } from '../decision.ts';
import type { HeaderCredential, Provider, UpstreamTls } from '../provider.ts';
import { authority } from './certificates/authorities.ts';
import { judgePair } from './certificates/judge.ts';
import type { BuildContext } from './context.ts';
import { memo } from './memo.ts';

/**
 * A provider, or nothing when one of its secrets is missing: without its credential every request would end in a 401
 * that no chain falls over, so its targets are better left out.
 */
export function buildProvider(document: ProviderDocument, context: BuildContext): Provider | undefined {
  const { spec } = document;
  const cluster = clusterName(document);
  let isComplete = true;
  const resolved = (path: string, source: SecretSource): string | undefined => {
    const value = context.resolve(document, path, source);
    if (value === undefined) isComplete = false;
    return value;
  };

  if ('apiKey' in spec.credential) {
    const value = resolved('spec.credential.apiKey', spec.credential.apiKey);
    if (value !== undefined) {
      if (isHeaderSafe(value)) context.keep({ name: credentialSecret(cluster), kind: 'opaque', value });
      else {
        isComplete = false;
        const message = 'the secret is empty or holds characters that cannot stand in a header';
        context.reject(document, 'spec.credential.apiKey', message, 'check that it is the key alone, on one line');
      }
    }
  }
  if (spec.tls?.ca !== undefined) {
    const certificates = authority(document, 'spec.tls.ca', spec.tls.ca, context);
    if (certificates === undefined) isComplete = false;
    else context.keep({ name: caSecret(cluster), kind: 'trustedCa', certificates });
  }
  if (spec.tls?.clientCertificate !== undefined) {
    const { certificate, key } = spec.tls.clientCertificate;
    const chain = resolved('spec.tls.clientCertificate.certificate', certificate);
    const privateKey = resolved('spec.tls.clientCertificate.key', key);
    if (chain !== undefined && privateKey !== undefined) {
      const pair = { certificate: chain, privateKey };
      judgePair(document, 'spec.tls.clientCertificate', 'the client certificate', pair, context);
      context.keep({ name: clientCertificateSecret(cluster), kind: 'certificate', ...pair });
    }
  }
  return isComplete ? memo(document, 'provider', '', () => providerOf(document, cluster)) : undefined;
}

/** What an HTTP header value may hold (RFC 9110 5.5), less leading and trailing blanks. */
export function isHeaderSafe(value: string): boolean {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value);
}

/**
 * A provider that moves to another address becomes another cluster, with secrets of its own, and is replaced like any
 * other: make before break. Under one name Envoy and the processor would disagree for a moment, and requests made for
 * the one address would reach the other, with the wrong credential.
 */
function clusterName({ name, namespace, spec: { schema, endpoint, tls } }: ProviderDocument): string {
  const { protocol, host, port, path } = endpoint;
  const place = JSON.stringify([schema, protocol, host, port, path, tls?.serverName ?? '']);
  return `provider/${qualifiedName(namespace, name)}@${contentVersion(place).slice(0, 8)}`;
}

function credentialSecret(cluster: string): string {
  return `${cluster}/credential`;
}

function caSecret(cluster: string): string {
  return `${cluster}/ca`;
}

function clientCertificateSecret(cluster: string): string {
  return `${cluster}/client-certificate`;
}

function providerOf({ id, name, namespace, spec }: ProviderDocument, cluster: string): Provider {
  const tls = spec.endpoint.protocol === 'https' ? upstreamTls(cluster, spec) : undefined;
  const dialect = spec.schema === 'anthropic' ? 'anthropic' : 'openai';
  return {
    name: qualifiedName(namespace, name),
    cluster,
    dialect,
    endpoint: { host: spec.endpoint.host, port: spec.endpoint.port, basePath: spec.endpoint.path },
    isPrivate: spec.network === 'private',
    ...(tls && { tls }),
    ...('apiKey' in spec.credential && {
      credential: { ...credentialHeader(dialect), secret: credentialSecret(cluster) },
    }),
    setHeaders: sortedEntries(spec.headers.set).map(([header, value]) => ({ name: header, value })),
    removeHeaders: [...spec.headers.remove].sort(),
    setBody: sortedEntries(spec.body.set).map(([field, value]) => ({ name: field, json: JSON.stringify(value) })),
    removeBody: [...spec.body.remove].sort(),
    passthroughPaths: [...spec.passthrough.paths].sort(),
    connectTimeoutMs: spec.connectTimeout,
    ...('apiKey' in spec.credential && {
      decisions: decided('credential', [{ origin: id, level: 'backend', path: 'credential.apiKey', value: 'apiKey' }]),
    }),
    origins: [id],
  };
}

/** Where a dialect expects the API key. */
export function credentialHeader(dialect: Provider['dialect']): Omit<HeaderCredential, 'secret'> {
  return dialect === 'anthropic' ? { header: 'x-api-key', prefix: '' } : { header: 'authorization', prefix: 'Bearer ' };
}

function upstreamTls(cluster: string, spec: ProviderDocument['spec']): UpstreamTls {
  return {
    serverName: spec.tls?.serverName ?? spec.endpoint.host,
    ...(spec.tls?.ca !== undefined && { ca: caSecret(cluster) }),
    ...(spec.tls?.clientCertificate !== undefined && { clientCertificate: clientCertificateSecret(cluster) }),
  };
}

function sortedEntries<T>(record: { readonly [name: string]: T }): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
