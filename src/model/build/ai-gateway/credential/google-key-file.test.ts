import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readServiceAccount } from './google-key-file.ts';

const pem = (type: 'rsa' | 'ed25519'): string =>
  (type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();

const rsa = pem('rsa');

const file = {
  type: 'service_account',
  project_id: 'p',
  private_key_id: 'k',
  private_key: rsa,
  client_email: 'a@p.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
};

function read(changes: Readonly<Record<string, unknown>>) {
  return readServiceAccount(JSON.stringify({ ...file, ...changes }));
}

describe('readServiceAccount()', () => {
  it('finds who asks, with which key, and where', () => {
    expect(read({})).toEqual({
      ok: true,
      value: {
        kind: 'googleServiceAccount',
        tokenUri: 'https://oauth2.googleapis.com/token',
        clientEmail: 'a@p.iam.gserviceaccount.com',
        privateKeyId: 'k',
        privateKey: rsa,
      },
    });
    expect(read({ token_uri: undefined })).toEqual(read({}));
    expect(read({ token_uri: 'https://accounts.google.com/o/oauth2/token' })).toMatchObject({ ok: true });
  });

  it.each<[Readonly<Record<string, unknown>>, string]>([
    [{ type: 'something' }, 'is not one of a service account'],
    [{ type: 'external_account' }, 'is one of the type external_account, which is not served'],
    [{ client_email: '' }, 'has no client_email'],
    [{ private_key: 'replace-me' }, 'has no RSA key as private_key'],
    [{ private_key: pem('ed25519') }, 'has no RSA key as private_key'],
  ])('says of %j that it %s', (changes, error) => {
    expect(read(changes)).toEqual({ ok: false, error });
  });

  it.each([
    'http://oauth2.googleapis.com/token',
    'https://oauth2.googleapis.com:8443/token',
    'https://oauth2.googleapis.com.example.com/token',
    'https://googleapis.com@10.0.0.1/token',
    'https://a@oauth2.googleapis.com/token',
    'https://10.0.0.1/token',
    'token',
    7,
  ])('asks nobody but Google: not %s', (address) => {
    expect(read({ token_uri: address })).toEqual({ ok: false, error: 'names a token_uri that is not one of Google' });
  });

  it('says so of what is no JSON object', () => {
    for (const text of ['', 'replace-me', '[]', 'null']) {
      expect(readServiceAccount(text)).toEqual({ ok: false, error: 'is not a JSON object' });
    }
  });
});
