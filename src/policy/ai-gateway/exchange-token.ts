import { secretReference } from '../gateway-api/object-reference.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { exactlyOneRule } from '../schema/field-rules.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { reject } from '../schema/place.ts';
import { refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { text } from '../schema/text.ts';
import { except, notApplicable } from '../schema/verdict.ts';

/** An identifier of somebody else's making. */
export const identifier = text({ longest: 512, complaint: 'has control characters', remedy: 'write it on one line' });

const address = text({
  pattern: '^https?://[^\\s@]+$',
  longest: 2048,
  complaint: 'is not an address',
  remedy: 'write an address such as https://login.example.com',
});

const overTls = 'others than of https are refused';
const onlyLogins = 'there is no browser to log in';

const oidcFields = object({
  provider: required(
    object({
      issuer: required(except(identifier, overTls), 'Who issues tokens.'),
      authorizationEndpoint: notApplicable(onlyLogins),
      tokenEndpoint: optional(except(address, overTls), 'Found out from the issuer if absent.'),
      endSessionEndpoint: notApplicable(onlyLogins),
      backendRefs: notApplicable('the issuer is reached by its address'),
      backendSettings: notApplicable('the issuer is reached by its address'),
    }),
    'Where tokens come from.',
  ),
  clientID: optional(identifier, 'Who asks.'),
  clientIDRef: optional(secretReference, 'Secret with the same under client-id.'),
  clientSecret: required(secretReference, 'Secret with the client’s secret under client-secret.'),
  scopes: defaulted(list(identifier, { most: 32 }), [], 'Scopes asked for. None: all that the issuer names.'),
  resources: defaulted(list(identifier, { most: 32 }), [], 'Resources asked for.'),
  redirectURL: notApplicable(onlyLogins),
  logoutPath: notApplicable(onlyLogins),
  cookieNames: notApplicable(onlyLogins),
  cookieConfig: notApplicable(onlyLogins),
  cookieDomain: notApplicable(onlyLogins),
  forwardAccessToken: notApplicable(onlyLogins),
  forwardIDToken: notApplicable(onlyLogins),
  defaultTokenTTL: notApplicable(onlyLogins),
  refreshToken: notApplicable(onlyLogins),
  defaultRefreshTokenTTL: notApplicable(onlyLogins),
  csrfTokenTTL: notApplicable(onlyLogins),
  denyRedirect: notApplicable(onlyLogins),
  disableTokenEncryption: notApplicable(onlyLogins),
  passThroughAuthHeader: notApplicable(onlyLogins),
});

const oidc = refine(ruled(oidcFields, exactlyOneRule(['clientID', 'clientIDRef'])), (spec, place) =>
  (spec.clientID === undefined) !== (spec.clientIDRef === undefined)
    ? spec
    : reject(place, 'needs one of clientID and clientIDRef', 'keep exactly one of them'),
);

/** A token of somebody else, exchanged for one of the cloud. */
export const exchangeFields = {
  oidc: required(oidc, 'Where the token comes from.'),
  grantType: optional(except(identifier, 'others than client_credentials are refused'), 'How it is asked for.'),
  aud: optional(identifier, 'Whom it is for.'),
};

export const exchangeToken = object(exchangeFields);
