import { describe, expect, it } from 'vitest';
import { googleFederation } from './google-federation.ts';
import { answering, issuer, oidcClient } from './testing/answers.ts';

const now = Date.parse('2026-05-21T10:00:00Z');
const never = new AbortController().signal;
const sts = 'https://sts.googleapis.com/v1/token';
const accounts =
  'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/models%40p.iam.gserviceaccount.com:generateAccessToken';
const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/q/providers/r';
const federation = { kind: 'googleFederation', audience, client: oidcClient } as const;
const impersonation = { ...federation, serviceAccount: 'models@p.iam.gserviceaccount.com' };

const federated = {
  ...issuer,
  [sts]: { body: { access_token: 'ya29.federated', token_type: 'Bearer', expires_in: 3_599 } },
};
const impersonated = {
  ...federated,
  [accounts]: { body: { accessToken: 'ya29.account', expireTime: '2026-05-21T11:00:00Z' } },
};

type Answers = Parameters<typeof answering>[0];

describe('googleFederation()', () => {
  it('shows the token of the issuer and takes one of Google', async () => {
    const { ask, requests } = answering(federated);
    const token = await googleFederation(federation, ask)(never);
    expect(token).toEqual({ ok: true, value: { value: 'ya29.federated', lifeMs: 3_599_000 } });
    expect(Object.fromEntries(requests.at(-1)?.form ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: 'head.claims.sign',
      audience,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
    });
  });

  it('takes one of the account that is acted for', async () => {
    const { ask, requests } = answering(impersonated);
    const token = await googleFederation(impersonation, ask, () => now)(never);
    expect(token).toEqual({ ok: true, value: { value: 'ya29.account', lifeMs: 3_600_000 } });
    expect(requests.at(-1)).toEqual({
      url: accounts,
      json: '{"scope":["https://www.googleapis.com/auth/cloud-platform"]}',
      authorization: 'Bearer ya29.federated',
    });
  });

  it.each<[string, Answers, string]>([
    ['no issuer', {}, 'login.example: it cannot be reached'],
    ['no STS', issuer, 'sts.googleapis.com: it cannot be reached'],
    [
      'a refusal of the STS',
      { ...issuer, [sts]: { status: 400, body: { error: 'invalid_grant', error_description: 'head.claims.sign?' } } },
      'sts.googleapis.com answers 400: invalid_grant: [masked]?',
    ],
    ['nobody to act for', federated, 'iamcredentials.googleapis.com: it cannot be reached'],
    [
      'a refusal of the account',
      {
        ...federated,
        [accounts]: {
          status: 403,
          body: { error: { code: 403, message: 'Permission denied for ya29.federated', status: 'PERMISSION_DENIED' } },
        },
      },
      'iamcredentials.googleapis.com answers 403: PERMISSION_DENIED: Permission denied for [masked]',
    ],
    [
      'an empty answer',
      { ...federated, [accounts]: { body: {} } },
      'iamcredentials.googleapis.com answers without a token',
    ],
    [
      'a token without an end',
      { ...federated, [accounts]: { body: { accessToken: 'ya29.account' } } },
      'iamcredentials.googleapis.com gives out a token that has ended by the clock of this machine',
    ],
  ])('says of %s what is wrong', async (_, answers, error) => {
    const token = await googleFederation(impersonation, answering(answers).ask, () => now)(never);
    expect(token).toEqual({ ok: false, error });
  });
});
