import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  JwtAuthenticationSchema,
  type JwtProvider,
  type JwtProviderSchema,
  type JwtRequirement,
  type JwtRequirementSchema,
} from '../../../gen/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js';
import type { TokenFilter, TokenIssuer } from '../../../model/own-filter.ts';
import { milliseconds } from '../duration.ts';
import { type Extension, extension } from '../extension.ts';
import { httpUri } from './http-uri.ts';

type Requirement = Exclude<MessageInitShape<typeof JwtRequirementSchema>, JwtRequirement>;
type ProviderInit = MessageInitShape<typeof JwtProviderSchema>;

const fetchSeconds = 5;

export interface TokenUse {
  /** Whoever comes next never sees the token. */
  readonly isTaken: boolean;
  /** Routes are looked for again, and those that match its headers ask whether it has verified a token. */
  readonly choosesRoutes: boolean;
}

export function tokenFilter(filter: TokenFilter, name: string, use: TokenUse): Extension {
  const { issuers, isOptional } = filter;
  return extension(name, JwtAuthenticationSchema, {
    providers: Object.fromEntries(issuers.map((issuer) => [issuer.name, provider(issuer, filter.name, use)])),
    rules: [
      {
        match: { pathSpecifier: { case: 'prefix', value: '/' } },
        requirementType: { case: 'requires', value: requirement(issuers, isOptional) },
      },
    ],
  });
}

function requirement(issuers: readonly TokenIssuer[], isOptional: boolean): Requirement {
  const any: Requirement[] = issuers.map(({ name }) => ({ requiresType: { case: 'providerName', value: name } }));
  if (isOptional) any.push({ requiresType: { case: 'allowMissing', value: {} } });
  const [only, ...more] = any;
  // Envoy wants a list to have two.
  if (only !== undefined && more.length === 0) return only;
  return { requiresType: { case: 'requiresAny', value: { requirements: any } } };
}

function provider(issuer: TokenIssuer, filter: string, { isTaken, choosesRoutes }: TokenUse): ProviderInit {
  return {
    ...checked(issuer, 3),
    forward: !isTaken,
    fromHeaders: issuer.from.map(({ header, prefix }) => ({ name: header, valuePrefix: prefix })),
    claimToHeaders: headersOf(issuer),
    ...(choosesRoutes && { clearRouteCache: true, payloadInMetadata: filter }),
  };
}

/** Headers of what the token says. */
export function headersOf({ claims }: TokenIssuer) {
  return claims.map(({ claim, header }) => ({ headerName: header, claimName: claim }));
}

/** What makes a token a good one. Where keys are not there yet, requests wait for these retries as well. */
export function checked(issuer: TokenIssuer, retries: number): Exclude<ProviderInit, JwtProvider> {
  const { keySet } = issuer;
  return {
    ...(issuer.issuer !== undefined && { issuer: issuer.issuer }),
    audiences: [...issuer.audiences],
    jwksSourceSpecifier:
      'json' in keySet
        ? { case: 'localJwks', value: { specifier: { case: 'inlineString', value: keySet.json } } }
        : {
            case: 'remoteJwks',
            value: {
              httpUri: httpUri(keySet, fetchSeconds),
              cacheDuration: milliseconds(keySet.cacheMs),
              // Renewed before they expire, and no listener waits for an issuer that is not there.
              asyncFetch: { fastListener: true },
              ...(retries > 0 && { retryPolicy: { numRetries: retries } }),
            },
          },
  };
}
