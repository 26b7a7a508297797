import type { ProviderDocument } from '../../policy/document.ts';
import type { SecretSource } from '../../policy/secret-source.ts';
import type { Provider, ProviderCredential, UpstreamTls } from '../provider.ts';
import type { BuildContext } from './context.ts';
import { memo } from './memo.ts';

/**
 * A provider, or nothing when one of its secrets is missing: without its credential every request would end in a 401
 * that no chain falls over, so its targets are better left out.
 */
export function buildProvider(document: ProviderDocument, context: BuildContext): Provider | undefined {
  const { name, spec } = document;
  let isComplete = true;
  const resolved = (path: string, source: SecretSource): string | undefined => {
    const value = context.resolve(document, path, source);
    if (value === undefined) isComplete = false;
    return value;
  };

  if ('apiKey' in spec.credential) {
    const value = resolved('spec.credential.apiKey', spec.credential.apiKey);
    if (value !== undefined) {
      if (isHeaderSafe(value)) context.keep({ name: credentialSecret(name), kind: 'opaque', value });
      else {
        isComplete = false;
        const message = 'the secret is empty or holds characters that cannot stand in a header';
        context.reject(document, 'spec.credential.apiKey', message, 'check that it is the key alone, on one line');
      }
    }
  }
  if (spec.tls?.ca !== undefined) {
    const certificates = resolved('spec.tls.ca', spec.tls.ca);
    if (certificates !== undefined) context.keep({ name: `provider/${name}/ca`, kind: 'trustedCa', certificates });
  }
  if (spec.tls?.clientCertificate !== undefined) {
    const { certificate, key } = spec.tls.clientCertificate;
    const chain = resolved('spec.tls.clientCertificate.certificate', certificate);
    const privateKey = resolved('spec.tls.clientCertificate.key', key);
    if (chain !== undefined && privateKey !== undefined) {
      context.keep({
        name: `provider/${name}/client-certificate`,
        kind: 'certificate',
        certificate: chain,
        privateKey,
      });
    }
  }
  return isComplete ? memo(document, 'provider', '', () => providerOf(document)) : undefined;
}

/** What an HTTP header value may hold (RFC 9110 5.5), less leading and trailing blanks. */
export function isHeaderSafe(value: string): boolean {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value);
}

function credentialSecret(provider: string): string {
  return `provider/${provider}/credential`;
}

function providerOf({ id, name, spec }: ProviderDocument): Provider {
  const tls = spec.endpoint.protocol === 'https' ? upstreamTls(name, spec) : undefined;
  const dialect = spec.schema === 'anthropic' ? 'anthropic' : 'openai';
  return {
    name,
    cluster: `provider/${name}`,
    dialect,
    endpoint: { host: spec.endpoint.host, port: spec.endpoint.port, basePath: spec.endpoint.path },
    isPrivate: spec.network === 'private',
    ...(tls && { tls }),
    ...('apiKey' in spec.credential && {
      credential: { ...credentialHeader(dialect), secret: credentialSecret(name) },
    }),
    setHeaders: sortedEntries(spec.headers.set).map(([header, value]) => ({ name: header, value })),
    removeHeaders: [...spec.headers.remove].sort(),
    setBody: sortedEntries(spec.body.set).map(([field, value]) => ({ name: field, json: JSON.stringify(value) })),
    removeBody: [...spec.body.remove].sort(),
    passthroughPaths: [...spec.passthrough.paths].sort(),
    connectTimeoutMs: spec.connectTimeout,
    origins: [id],
  };
}

/** Where a dialect expects the API key. */
export function credentialHeader(dialect: Provider['dialect']): Omit<ProviderCredential, 'secret'> {
  return dialect === 'anthropic' ? { header: 'x-api-key', prefix: '' } : { header: 'authorization', prefix: 'Bearer ' };
}

function upstreamTls(name: string, spec: ProviderDocument['spec']): UpstreamTls {
  return {
    serverName: spec.tls?.serverName ?? spec.endpoint.host,
    ...(spec.tls?.ca !== undefined && { ca: `provider/${name}/ca` }),
    ...(spec.tls?.clientCertificate !== undefined && { clientCertificate: `provider/${name}/client-certificate` }),
  };
}

function sortedEntries<T>(record: { readonly [name: string]: T }): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
