import { describe, expect, it } from 'vitest';
import { entraFederation } from './entra-federation.ts';
import { answering, issuer, oidcClient } from './testing/answers.ts';

const entra = 'https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token';
const never = new AbortController().signal;
const application = {
  kind: 'entraFederation',
  tenant: 'contoso.example',
  clientId: 'the-application',
  client: oidcClient,
} as const;

describe('entraFederation()', () => {
  it('shows the token of the issuer and takes one of Entra', async () => {
    const { ask, requests } = answering({
      ...issuer,
      [entra]: { body: { access_token: 'eyJ0', token_type: 'Bearer', expires_in: 3_599 } },
    });
    expect(await entraFederation(application, ask)(never)).toEqual({
      ok: true,
      value: { value: 'eyJ0', lifeMs: 3_599_000 },
    });
    expect(Object.fromEntries(requests.at(-1)?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      client_id: 'the-application',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'head.claims.sign',
      scope: 'https://cognitiveservices.azure.com/.default',
    });
  });

  it.each<[string, Parameters<typeof answering>[0], string]>([
    ['no issuer', {}, 'login.example: it cannot be reached'],
    ['no Entra', issuer, 'login.microsoftonline.com: it cannot be reached'],
    [
      'a refusal',
      { ...issuer, [entra]: { status: 401, body: { error: 'invalid_client', error_description: 'head.claims.sign' } } },
      'login.microsoftonline.com answers 401: invalid_client: [masked]',
    ],
  ])('says of %s what is wrong', async (_, answers, error) => {
    expect(await entraFederation(application, answering(answers).ask)(never)).toEqual({ ok: false, error });
  });
});
