import type { EntraClientSecret } from '../../model/build/token-grant.ts';
import type { AskEndpoint } from './endpoint.ts';
import { askEntra } from './entra.ts';
import type { TokenSource } from './token.ts';

/** Asks for a token with an application's secret. */
export function entraClientSecret(application: EntraClientSecret, ask: AskEndpoint): TokenSource {
  const secret = application.clientSecret;
  const proof = { fields: { client_secret: secret }, secret };
  return (signal) => askEntra(application, proof, ask, signal);
}
