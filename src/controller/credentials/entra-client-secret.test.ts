import { describe, expect, it } from 'vitest';
import { ok } from '../../lib/result.ts';
import { entraClientSecret } from './entra-client-secret.ts';

const application = {
  kind: 'entraClientSecret',
  tenant: 'contoso.onmicrosoft.com',
  clientId: 'the-client',
  clientSecret: 'Aa~8Q/secret+1',
} as const;
const never = new AbortController().signal;

describe('entraClientSecret()', () => {
  it('asks the tenant for a token of the Azure services of models', async () => {
    const asked: unknown[] = [];
    const source = entraClientSecret(application, async ({ url, form }) => {
      asked.push(url, Object.fromEntries(form ?? []));
      return ok({ status: 200, text: '{"access_token": "eyJ0", "token_type": "Bearer", "expires_in": 3599}' });
    });
    expect(await source(never)).toEqual({ ok: true, value: { value: 'eyJ0', lifeMs: 3_599_000 } });
    expect(asked).toEqual([
      'https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token',
      {
        grant_type: 'client_credentials',
        client_id: 'the-client',
        client_secret: 'Aa~8Q/secret+1',
        scope: 'https://cognitiveservices.azure.com/.default',
      },
    ]);
  });

  it('repeats the secret to nobody', async () => {
    const source = entraClientSecret(application, async ({ form }) =>
      ok({
        status: 401,
        text: JSON.stringify({ error: 'invalid_client', error_description: form?.get('client_secret') }),
      }),
    );
    expect(await source(never)).toEqual({
      ok: false,
      error: 'login.microsoftonline.com answers 401: invalid_client: [masked]',
    });
  });
});
