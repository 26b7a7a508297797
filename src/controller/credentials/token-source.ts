import type { TokenGrant } from '../../model/build/token-grant.ts';
import type { AskEndpoint } from './endpoint.ts';
import { entraClientSecret } from './entra-client-secret.ts';
import { entraFederation } from './entra-federation.ts';
import { googleFederation } from './google-federation.ts';
import { googleServiceAccount } from './google-service-account.ts';
import type { TokenSource } from './token.ts';

export function tokenSource(grant: TokenGrant, ask: AskEndpoint): TokenSource {
  switch (grant.kind) {
    case 'googleServiceAccount':
      return googleServiceAccount(grant, ask);
    case 'googleFederation':
      return googleFederation(grant, ask);
    case 'entraClientSecret':
      return entraClientSecret(grant, ask);
    case 'entraFederation':
      return entraFederation(grant, ask);
  }
}
