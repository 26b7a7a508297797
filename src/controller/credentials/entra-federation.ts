import type { EntraFederation } from '../../model/build/token-grant.ts';
import type { AskEndpoint } from './endpoint.ts';
import { askEntra } from './entra.ts';
import { oidcToken } from './oidc-token.ts';
import type { TokenSource } from './token.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Asks for a token with the token of an issuer that the application trusts (RFC 7523 section 2.2). */
export function entraFederation(application: EntraFederation, ask: AskEndpoint): TokenSource {
  return async (signal) => {
    const token = await oidcToken(application.client, ask, signal);
    if (!token.ok) return token;
    const fields = { client_assertion_type: assertionType, client_assertion: token.value };
    return askEntra(application, { fields, secret: token.value }, ask, signal);
  };
}
