import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { err, ok } from '../../lib/result.ts';
import { googleServiceAccount } from './google-service-account.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const tokenUri = 'https://oauth2.googleapis.com/token';
const now = Date.parse('2026-05-21T10:00:00Z');
const never = new AbortController().signal;

const account = {
  kind: 'googleServiceAccount',
  tokenUri,
  clientEmail: 'models@project.iam.gserviceaccount.com',
  privateKeyId: 'key-1',
  privateKey: pem,
} as const;

describe('googleServiceAccount()', () => {
  it('shows an assertion that Google can check, and takes the token', async () => {
    let sent: Readonly<Record<string, string>> = {};
    const source = googleServiceAccount(
      account,
      async ({ url, form }) => {
        expect(url).toBe(tokenUri);
        sent = Object.fromEntries(form ?? []);
        return ok({ status: 200, text: '{"access_token": "ya29", "token_type": "Bearer", "expires_in": 3599}' });
      },
      () => now,
    );
    expect(await source(never)).toEqual({ ok: true, value: { value: 'ya29', lifeMs: 3_599_000 } });
    expect(sent.grant_type).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [header = '', claims = '', signature = ''] = sent.assertion?.split('.') ?? [];
    expect(decoded(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    expect(decoded(claims)).toEqual({
      iss: 'models@project.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: tokenUri,
      iat: now / 1_000 - 30,
      exp: now / 1_000 + 3_570,
    });
    const isRight = verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${claims}`),
      createPublicKey(pem),
      Buffer.from(signature, 'base64url'),
    );
    expect(isRight).toBe(true);
  });

  it('says who does not answer, and never repeats the assertion', async () => {
    const silent = googleServiceAccount(account, async () => err('it does not answer in time'));
    expect(await silent(never)).toEqual({ ok: false, error: 'oauth2.googleapis.com: it does not answer in time' });
    const echo = googleServiceAccount(account, async ({ form }) =>
      ok({ status: 400, text: JSON.stringify({ error: form?.get('assertion') }) }),
    );
    expect(await echo(never)).toEqual({ ok: false, error: 'oauth2.googleapis.com answers 400: [masked]' });
  });
});

function decoded(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
