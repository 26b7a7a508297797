import { describe, expect, it } from 'vitest';
import { isSecretName, masked, redactText, redactValue } from './redact.ts';

describe('isSecretName()', () => {
  it.each([
    'authorization',
    'Proxy-Authorization',
    'x-api-key',
    'apiKey',
    'api_key',
    'apikey',
    'OPENAI_API_KEY',
    'clientSecret',
    'access_token',
    'accessToken',
    'db-password',
    'Set-Cookie',
    'privateKey',
    'credentials',
  ])('says that %s holds a secret', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each(['secretName', 'tokenType', 'apiKeyId', 'keyId', 'key', 'model', 'monkey', 'cookieCount', 'primaryKey', ''])(
    'says that %s holds none',
    (name) => {
      expect(isSecretName(name)).toBe(false);
    },
  );
});

describe('redactText()', () => {
  it.each([
    ['key sk-abcdefgh12345678 refused', `key ${masked} refused`],
    ['sk-sluice-AbCdEf0123456789', masked],
    ['sk-ant-api03-AAAA_BBBB-CCCC', masked],
    ['sent Authorization: Bearer abc.def-ghi_jkl', `sent Authorization: Bearer ${masked}`],
    ['authorization: basic dXNlcjpwYXNzd29yZA==', `authorization: basic ${masked}`],
    ['AIzaSyA1234567890abcdefghijklmnop', masked],
    ['id AKIAIOSFODNN7EXAMPLE end', `id ${masked} end`],
    ['ghp_0123456789abcdefghijABCDEFGHIJ', masked],
    ['eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl', masked],
    ['redis://user:hunter2@cache:6379/0', `redis://user:${masked}@cache:6379/0`],
    ['GET /v1/models?api-key=abcdef&n=1', `GET /v1/models?api-key=${masked}&n=1`],
    ['key { secret_access_key: "a\\"b" region: "r" }', `key { secret_access_key: "${masked}" region: "r" }`],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nrest', `${masked}\nrest`],
    ['-----BEGIN EC PRIVATE KEY-----\nMIIE cut off', masked],
  ])('masks the secret in %j', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  it.each([
    'model gpt-4o-mini answered 429',
    'task-oriented',
    'risk-management-department',
    'https://api.openai.com/v1/chat/completions?limit=3',
    'a basic plan',
    'the bearer of this',
  ])('leaves %j alone', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('masks every secret of a text, whatever was masked before', () => {
    const text = 'sk-aaaaaaaaaa and sk-bbbbbbbbbb';
    expect(redactText(text)).toBe(`${masked} and ${masked}`);
    expect(redactText(text)).toBe(`${masked} and ${masked}`);
  });
});

describe('redactValue()', () => {
  it('masks nested values under secret names, and keeps counts', () => {
    expect(
      redactValue({
        headers: { Authorization: 'opaque', accept: '*/*', 'set-cookie': ['a=b', 'c=d'] },
        credential: { value: 'opaque', list: [{ deep: 'opaque' }] },
        usage: { inputTokens: 12, isCached: true, none: null },
      }),
    ).toEqual({
      headers: { Authorization: masked, accept: '*/*', 'set-cookie': [masked, masked] },
      credential: { value: masked, list: [{ deep: masked }] },
      usage: { inputTokens: 12, isCached: true, none: null },
    });
  });

  it('makes errors safe, their stacks and causes included', () => {
    const cause = new Error('refused sk-causecause1234');
    const safe = redactValue(new TypeError('bad key sk-messagemessage', { cause }));
    expect(safe).toMatchObject({ type: 'TypeError', message: `bad key ${masked}` });
    expect(JSON.stringify(safe)).not.toMatch(/sk-message|sk-cause/);
    expect(safe).toHaveProperty('cause.message', `refused ${masked}`);
  });

  it('shows bytes as their number, and stops at a depth so that cycles end', () => {
    const cycle: Record<string, unknown> = { body: Buffer.from('secret body') };
    cycle.self = cycle;
    const text = JSON.stringify(redactValue(cycle));
    expect(text).toContain('[11 bytes]');
    expect(text).toContain('[deep]');
    expect(text).not.toContain('secret body');
  });

  it('masks keys of objects that are secrets themselves', () => {
    expect(redactValue({ 'sk-abcdefgh12345678': 1 })).toEqual({ [masked]: 1 });
  });
});
