import { err, ok, type Result } from '../../lib/result.ts';
import type { OidcClient } from '../../model/build/token-grant.ts';
import type { AskEndpoint } from './endpoint.ts';
import { jsonFields } from './json-fields.ts';

/** What an issuer of tokens says of itself. */
export interface OidcProvider {
  readonly tokenEndpoint: string;
  /** How it wants to be shown a client's secret: in a header, which every one has to take, or in the form. */
  readonly takesSecret: 'header' | 'form';
  /** What may be asked for. */
  readonly scopes: readonly string[];
}

/** Asks the issuer (OpenID Connect Discovery 1.0 section 4) unless the policy says where tokens are given out. */
export async function oidcProvider(
  { issuer, tokenEndpoint }: OidcClient,
  ask: AskEndpoint,
  signal: AbortSignal,
): Promise<Result<OidcProvider>> {
  if (tokenEndpoint !== undefined) return ok({ tokenEndpoint, takesSecret: 'header', scopes: [] });
  const { host } = new URL(issuer);
  const answer = await ask({ url: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` }, signal);
  if (!answer.ok) return err(`${host}: ${answer.error}`);
  const { status, text } = answer.value;
  if (status !== 200) return err(`${host} answers ${status} when it is asked for its openid-configuration`);
  const fields = jsonFields(text);
  // Whoever may write this page of a host need not be the issuer.
  if (fields.issuer !== issuer) {
    return err(`the openid-configuration of ${host} is of another issuer: both have to be the same to the letter`);
  }
  if (typeof fields.token_endpoint !== 'string' || URL.parse(fields.token_endpoint)?.protocol !== 'https:') {
    return err(`the openid-configuration of ${host} has no token_endpoint of https`);
  }
  const methods = texts(fields.token_endpoint_auth_methods_supported);
  return ok({
    tokenEndpoint: fields.token_endpoint,
    takesSecret: methods.includes('client_secret_post') && !methods.includes('client_secret_basic') ? 'form' : 'header',
    scopes: texts(fields.scopes_supported),
  });
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
