import type { JwtProvider, JwtSpec } from '../../../policy/envoy-gateway/jwt.ts';
import type { TokenIssuer } from '../../own-filter.ts';
import type { ServiceBackend } from '../../service.ts';
import type { BuildContext } from '../context.ts';
import type { SecurityDocument } from '../documents.ts';
import type { BuiltFilters } from '../own-filters/built-filters.ts';
import { configMapText } from '../own-filters/config-map-text.ts';
import { fetchedFile } from '../own-filters/fetched-file.ts';
import { isTaken } from './taken-headers.ts';

export function buildTokens(document: SecurityDocument, spec: JwtSpec, context: BuildContext): BuiltFilters {
  const built = spec.providers.map((provider, index) =>
    buildIssuer(document, `spec.jwt.providers[${index}]`, provider, context),
  );
  const usable = built.filter((one) => one !== undefined);
  if (usable.length < built.length) return 'unusable';
  return {
    filters: [
      {
        kind: 'tokens',
        name: `${document.id}/tokens`,
        issuers: usable.map(({ issuer }) => issuer),
        isOptional: spec.optional,
        origins: [document.id],
      },
    ],
    backends: usable.flatMap(({ backend }) => backend ?? []),
  };
}

interface BuiltIssuer {
  readonly issuer: TokenIssuer;
  readonly backend?: ServiceBackend;
}

function buildIssuer(
  document: SecurityDocument,
  path: string,
  spec: JwtProvider,
  context: BuildContext,
): BuiltIssuer | undefined {
  const isAllowed = refuseTakenHeaders(document, path, spec, context);
  const keys = keySetOf(document, path, spec, context);
  if (keys === undefined || !isAllowed) return undefined;
  return {
    issuer: {
      name: spec.name,
      ...(spec.issuer !== undefined && { issuer: spec.issuer }),
      audiences: spec.audiences,
      keySet: keys.keySet,
      from: (spec.extractFrom?.headers ?? []).map(({ name, valuePrefix = '' }) => ({
        header: name,
        prefix: valuePrefix,
      })),
      claims: spec.claimToHeaders,
    },
    ...(keys.backend && { backend: keys.backend }),
  };
}

function keySetOf(
  document: SecurityDocument,
  path: string,
  { remoteJWKS, localJWKS }: JwtProvider,
  context: BuildContext,
): { readonly keySet: TokenIssuer['keySet']; readonly backend?: ServiceBackend } | undefined {
  if (remoteJWKS !== undefined) {
    const fetched = fetchedFile(document, `${path}.remoteJWKS.uri`, remoteJWKS.uri, context);
    return fetched && { keySet: { ...fetched.file, cacheMs: remoteJWKS.cacheDuration }, backend: fetched.backend };
  }
  if (localJWKS === undefined) return undefined;
  const json =
    localJWKS.type === 'Inline'
      ? localJWKS.inline
      : configMapText(
          document,
          `${path}.localJWKS.valueRef`,
          { name: localJWKS.valueRef.name, key: 'jwks', orOnlyOne: true, reason: 'BackendNotFound' },
          context,
        );
  return json === undefined ? undefined : { keySet: { json } };
}

function refuseTakenHeaders(
  document: SecurityDocument,
  path: string,
  { claimToHeaders }: JwtProvider,
  context: BuildContext,
): boolean {
  const taken = claimToHeaders.filter(({ header }) => isTaken(header));
  for (const { header } of taken) {
    const message = `${header} has a meaning of its own, which no claim may have`;
    context.reject(document, `${path}.claimToHeaders`, message, 'choose another header', 'UnsupportedValue');
  }
  return taken.length === 0;
}
