import type { EntraClientSecret } from '../../model/build/token-grant.ts';
import type { AskEndpoint } from './endpoint.ts';
import type { TokenSource } from './token.ts';
import { readTokenAnswer } from './token-answer.ts';

const host = 'login.microsoftonline.com';
const scope = 'https://cognitiveservices.azure.com/.default';

/** Asks for a token with an application's secret (RFC 6749 section 4.4.2). */
export function entraClientSecret(
  { tenant, clientId, clientSecret }: EntraClientSecret,
  ask: AskEndpoint,
): TokenSource {
  return async (signal) => {
    const url = `https://${host}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
    const answer = await ask({ url, form: new URLSearchParams(form) }, signal);
    if (!answer.ok) return { ok: false, error: `${host}: ${answer.error}` };
    return readTokenAnswer(host, answer.value, [clientSecret, encodeURIComponent(clientSecret)]);
  };
}
