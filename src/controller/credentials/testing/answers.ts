import { ok } from '../../../lib/result.ts';
import type { AskEndpoint, EndpointRequest } from '../endpoint.ts';

/** What each address answers, and all that is asked. An address that is not given has nobody behind it. */
export function answering(answers: Readonly<Record<string, { readonly status?: number; readonly body: unknown }>>) {
  const requests: EndpointRequest[] = [];
  const ask: AskEndpoint = async (request) => {
    requests.push(request);
    const answer = answers[request.url];
    if (answer === undefined) return { ok: false, error: 'it cannot be reached' };
    const { status = 200, body } = answer;
    return ok({ status, text: typeof body === 'string' ? body : JSON.stringify(body) });
  };
  return { ask, requests };
}

/** An issuer that gives out the token `head.claims.sign`. */
export const issuer = {
  'https://login.example/realms/a/.well-known/openid-configuration': {
    body: { issuer: 'https://login.example/realms/a', token_endpoint: 'https://login.example/realms/a/token' },
  },
  'https://login.example/realms/a/token': { body: { access_token: 'head.claims.sign', token_type: 'Bearer' } },
};

export const oidcClient = {
  issuer: 'https://login.example/realms/a',
  clientId: 'the client',
  clientSecret: 'very+secret',
  scopes: [],
  resources: [],
};
