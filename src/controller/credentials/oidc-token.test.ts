import { describe, expect, it } from 'vitest';
import { oidcToken } from './oidc-token.ts';
import { answering, issuer, oidcClient } from './testing/answers.ts';

const about = 'https://login.example/realms/a/.well-known/openid-configuration';
const endpoint = 'https://login.example/realms/a/token';
const configuration = issuer[about].body;
const never = new AbortController().signal;
const basic = `Basic ${Buffer.from('the%20client:very%2Bsecret').toString('base64')}`;

describe('oidcToken()', () => {
  it('finds the endpoint of the issuer, shows the secret in a header and takes the token', async () => {
    const { ask, requests } = answering(issuer);
    expect(await oidcToken(oidcClient, ask, never)).toEqual({ ok: true, value: 'head.claims.sign' });
    expect(requests[0]).toEqual({ url: about });
    expect(requests[1]).toMatchObject({ url: endpoint, authorization: basic });
    expect(String(requests[1]?.form)).toBe('grant_type=client_credentials');
  });

  it('asks for what the policy names', async () => {
    const { ask, requests } = answering({
      ...issuer,
      [about]: { body: { ...configuration, scopes_supported: ['openid', 'all'] } },
    });
    await oidcToken({ ...oidcClient, scopes: ['a', 'b'], resources: ['urn:c', 'urn:d'], audience: 'sts' }, ask, never);
    await oidcToken(oidcClient, ask, never);
    expect([String(requests[1]?.form), String(requests[3]?.form)]).toEqual([
      'grant_type=client_credentials&scope=a+b&audience=sts&resource=urn%3Ac&resource=urn%3Ad',
      // As Envoy AI Gateway does.
      'grant_type=client_credentials&scope=openid+all',
    ]);
  });

  it('shows the secret in the form to those who take it in no other way', async () => {
    const methods = (...names: string[]) => ({
      ...issuer,
      [about]: { body: { ...configuration, token_endpoint_auth_methods_supported: names } },
    });
    const onlyForm = answering(methods('client_secret_post', 'private_key_jwt'));
    await oidcToken(oidcClient, onlyForm.ask, never);
    expect(onlyForm.requests[1]?.authorization).toBeUndefined();
    expect(String(onlyForm.requests[1]?.form)).toBe(
      'grant_type=client_credentials&client_id=the+client&client_secret=very%2Bsecret',
    );
    const both = answering(methods('client_secret_post', 'client_secret_basic'));
    await oidcToken(oidcClient, both.ask, never);
    expect(both.requests[1]?.authorization).toBe(basic);
  });

  it('goes where the policy says, without asking the issuer', async () => {
    const { ask, requests } = answering(issuer);
    expect(await oidcToken({ ...oidcClient, tokenEndpoint: endpoint }, ask, never)).toMatchObject({ ok: true });
    expect(requests.map(({ url }) => url)).toEqual([endpoint]);
  });

  it.each<[string, Parameters<typeof answering>[0], string]>([
    ['an issuer that is away', {}, 'login.example: it cannot be reached'],
    [
      'an address that is no issuer',
      { [about]: { status: 404, body: 'Not found' } },
      'login.example answers 404 when it is asked for its openid-configuration',
    ],
    [
      'the configuration of somebody else',
      { [about]: { body: { ...configuration, issuer: 'https://login.example/realms/b' } } },
      'the openid-configuration of login.example is of another issuer: both have to be the same to the letter',
    ],
    [
      'a configuration without an endpoint',
      { [about]: { body: { issuer: configuration.issuer } } },
      'the openid-configuration of login.example has no token_endpoint of https',
    ],
    [
      'an endpoint without TLS',
      { [about]: { body: { ...configuration, token_endpoint: 'http://login.example/token' } } },
      'the openid-configuration of login.example has no token_endpoint of https',
    ],
    [
      'a refusal',
      { ...issuer, [endpoint]: { status: 401, body: { error: 'invalid_client', error_description: `no ${basic}` } } },
      'login.example answers 401: invalid_client: no Basic [masked]',
    ],
    [
      'an opaque token',
      { ...issuer, [endpoint]: { body: { access_token: 'opaque', token_type: 'bearer' } } },
      'login.example gives out a token that is no JWT, which no cloud takes: ask for one by aud or scopes',
    ],
  ])('says of %s what is wrong', async (_, answers, error) => {
    expect(await oidcToken(oidcClient, answering(answers).ask, never)).toEqual({ ok: false, error });
  });
});
