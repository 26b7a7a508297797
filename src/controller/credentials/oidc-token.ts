import { err, ok, type Result } from '../../lib/result.ts';
import type { OidcClient } from '../../model/build/token-grant.ts';
import type { AskEndpoint, EndpointRequest } from './endpoint.ts';
import { type OidcProvider, oidcProvider } from './oidc-provider.ts';
import { readAccessToken } from './token-answer.ts';

/** Asks the issuer for a token that says who the client is. It is shown to a cloud at once: its life does not matter. */
export async function oidcToken(client: OidcClient, ask: AskEndpoint, signal: AbortSignal): Promise<Result<string>> {
  const provider = await oidcProvider(client, ask, signal);
  if (!provider.ok) return provider;
  const { host } = new URL(provider.value.tokenEndpoint);
  const request = requestOf(client, provider.value);
  const answer = await ask(request, signal);
  if (!answer.ok) return err(`${host}: ${answer.error}`);
  const { clientSecret } = client;
  const shown = request.authorization?.replace('Basic ', '') ?? clientSecret;
  const token = readAccessToken(host, answer.value, [clientSecret, shown]);
  if (!token.ok) return token;
  if (token.value.split('.').length === 3) return ok(token.value);
  return err(`${host} gives out a token that is no JWT, which no cloud takes: ask for one by aud or scopes`);
}

function requestOf(client: OidcClient, { tokenEndpoint, takesSecret, scopes }: OidcProvider): EndpointRequest {
  const { clientId, clientSecret, audience } = client;
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  const wanted = client.scopes.length > 0 ? client.scopes : scopes;
  if (wanted.length > 0) form.set('scope', wanted.join(' '));
  if (audience !== undefined) form.set('audience', audience);
  for (const resource of client.resources) form.append('resource', resource);
  if (takesSecret === 'form') {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
    return { url: tokenEndpoint, form };
  }
  // RFC 6749 section 2.3.1: both are encoded before they are joined.
  const pair = [clientId, clientSecret].map(encodeURIComponent).join(':');
  return { url: tokenEndpoint, form, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
