import { describe, expect, it } from 'vitest';
import { awsRole } from './aws-role.ts';
import { answering, issuer, oidcClient } from './testing/answers.ts';

const now = Date.parse('2026-05-21T10:00:00Z');
const never = new AbortController().signal;
const role = {
  region: 'eu-west-1',
  roleArn: 'arn:aws:iam::123456789012:role/models',
  sessionName: 'ai-gateway-bedrock',
  client: oidcClient,
};
const credentials = {
  AccessKeyId: 'ASIA1',
  SecretAccessKey: 'very/secret',
  SessionToken: 'the-session',
  Expiration: now / 1_000 + 3_600,
};

const given = (values: object) => ({
  AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: { Credentials: values } },
});

function take(body: unknown, status = 200, region = role.region) {
  const host = `sts.${region}.amazonaws.com${region === 'cn-north-1' ? '.cn' : ''}`;
  const { ask, requests } = answering({ ...issuer, [`https://${host}/`]: { status, body } });
  return { requests, key: awsRole({ ...role, region }, ask, () => now)(never) };
}

describe('awsRole()', () => {
  it('shows the token of the issuer and takes a key that is good for a while', async () => {
    const { requests, key } = take(given(credentials));
    expect(await key).toEqual({
      ok: true,
      value: {
        value: { accessKeyId: 'ASIA1', secretAccessKey: 'very/secret', sessionToken: 'the-session' },
        lifeMs: 3_600_000,
      },
    });
    expect(Object.fromEntries(requests.at(-1)?.form ?? [])).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::123456789012:role/models',
      RoleSessionName: 'ai-gateway-bedrock',
      WebIdentityToken: 'head.claims.sign',
    });
  });

  it('asks in China what is there', async () => {
    expect(await take(given(credentials), 200, 'cn-north-1').key).toMatchObject({ ok: true });
  });

  it('asks nobody without a token', async () => {
    const { ask, requests } = answering({});
    expect(await awsRole(role, ask)(never)).toEqual({ ok: false, error: 'login.example: it cannot be reached' });
    expect(requests).toHaveLength(1);
  });

  it.each<[number, unknown, string]>([
    [
      403,
      { Error: { Code: 'AccessDenied', Message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity' } },
      'sts.eu-west-1.amazonaws.com answers 403: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    ],
    [400, { Error: { Code: 'head.claims.sign' } }, 'sts.eu-west-1.amazonaws.com answers 400: [masked]'],
    [503, '<html>', 'sts.eu-west-1.amazonaws.com answers 503'],
    [200, given({ ...credentials, SessionToken: undefined }), 'sts.eu-west-1.amazonaws.com answers without a key'],
    [
      200,
      given({ ...credentials, Expiration: undefined }),
      'sts.eu-west-1.amazonaws.com does not say how long its key is good',
    ],
    [
      200,
      given({ ...credentials, Expiration: now / 1_000 }),
      'sts.eu-west-1.amazonaws.com gives out a key that has ended by the clock of this machine',
    ],
  ])('says of status %i with %j: %s', async (status, body, error) => {
    expect(await take(body, status).key).toEqual({ ok: false, error });
  });
});
