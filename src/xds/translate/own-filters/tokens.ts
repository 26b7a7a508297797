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

/** `isTaken`: whoever comes next never sees the token. */
export function tokenFilter({ issuers, isOptional }: TokenFilter, name: string, isTaken: boolean): Extension {
  return extension(name, JwtAuthenticationSchema, {
    providers: Object.fromEntries(issuers.map((issuer) => [issuer.name, provider(issuer, isTaken)])),
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

function provider(issuer: TokenIssuer, isTaken: boolean): ProviderInit {
  return {
    ...checked(issuer, 3),
    forward: !isTaken,
    fromHeaders: issuer.from.map(({ header, prefix }) => ({ name: header, valuePrefix: prefix })),
    ...described(issuer),
  };
}

/** Headers of what the token says, by which routes may be chosen. */
export function described({ claims }: TokenIssuer): Pick<Exclude<ProviderInit, JwtProvider>, DescribingField> {
  return {
    claimToHeaders: claims.map(({ claim, header }) => ({ headerName: header, claimName: claim })),
    clearRouteCache: claims.length > 0,
  };
}

type DescribingField = 'claimToHeaders' | 'clearRouteCache';

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
