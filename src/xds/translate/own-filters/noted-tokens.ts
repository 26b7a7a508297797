import { tokenFields } from '../../../contract.ts';
import { JwtAuthenticationSchema } from '../../../gen/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js';
import { type TokenFilter, tokenPlaces } from '../../../model/own-filter.ts';
import { type Extension, extension } from '../extension.ts';
import { checked, headersOf } from './tokens.ts';

/**
 * Verifies what is there, lets everybody pass and notes what it has found, for the processor: single routes ask for these
 * tokens, and nobody knows yet for which one a request is. Whoever comes next sees the token as well, since another
 * policy may accept the same one. `isDescribing`: it makes headers of claims as well, since these are for all routes.
 */
export function notingFilter(filter: TokenFilter, name: string, isDescribing: boolean): Extension {
  const { issuers } = filter;
  return extension(name, JwtAuthenticationSchema, {
    providers: Object.fromEntries(
      issuers.map((issuer, index) => {
        const { claims, failure } = tokenFields(filter.name, index);
        return [
          issuer.name,
          {
            // Envoy tries again every second without them, and requests for other routes are not to wait.
            ...checked(issuer, 0),
            forward: true,
            // Written out: by default Envoy looks into the address as well, from where nobody would take the token off.
            fromHeaders: tokenPlaces(issuer).map((place) => ({ name: place.header, valuePrefix: place.prefix })),
            payloadInMetadata: claims,
            failedStatusInMetadata: failure,
            ...(isDescribing && { claimToHeaders: headersOf(issuer) }),
          },
        ];
      }),
    ),
    rules: [
      {
        match: { pathSpecifier: { case: 'prefix', value: '/' } },
        requirementType: {
          case: 'requires',
          value: {
            requiresType: {
              case: 'requiresAny',
              value: {
                requirements: [
                  ...issuers.map(({ name: issuer }) => ({
                    requiresType: { case: 'providerName', value: issuer } as const,
                  })),
                  { requiresType: { case: 'allowMissingOrFailed', value: {} } },
                ],
              },
            },
          },
        },
      },
    ],
  });
}
