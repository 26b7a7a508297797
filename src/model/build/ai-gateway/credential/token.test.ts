import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Surroundings } from '../../surroundings.ts';
import { buildWith, oidc, oidcSecret, type Written } from './testing/policy-of-cloud.ts';

const azure =
  'type: AzureCredentials, azureCredentials: {clientID: c, tenantID: contoso.example, clientSecretRef: {name: s}}';
const gcp =
  'type: GCPCredentials, gcpCredentials: {projectName: p, region: r, credentialsFile: {secretRef: {name: s}}}';
const trusting = (client: string): string =>
  `type: AzureCredentials, azureCredentials: {clientID: c, tenantID: t, oidcExchangeToken: {oidc: ${client}}}`;
const federation = (client: string, more = ''): string =>
  `type: GCPCredentials, gcpCredentials: {projectName: p, region: r, workloadIdentityFederationConfig: {
    projectID: "123", workloadIdentityPoolName: q, workloadIdentityProviderName: r, oidcExchangeToken: {oidc: ${client}},
    ${more}}}`;
const googleProvider = '//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/q/providers/r';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const account = JSON.stringify({
  type: 'service_account',
  client_email: 'a@p.example',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
});

describe('AzureCredentials and GCPCredentials', () => {
  it.each<[string, Written, object]>([
    [
      'Entra',
      { spec: azure, secret: { 'client-secret': 'very-secret\n' } },
      { kind: 'entraClientSecret', tenant: 'contoso.example', clientId: 'c', clientSecret: 'very-secret' },
    ],
    [
      'Entra, for the token of an issuer',
      { spec: trusting(oidc), secret: oidcSecret },
      { kind: 'entraFederation', tenant: 't', clientId: 'c', client: expect.objectContaining({ clientId: 'a' }) },
    ],
    [
      'Google',
      { spec: gcp, secret: { 'service_account.json': account } },
      { kind: 'googleServiceAccount', clientEmail: 'a@p.example', tokenUri: 'https://oauth2.googleapis.com/token' },
    ],
    [
      'Google, for the token of an issuer',
      { spec: federation(oidc), secret: oidcSecret },
      { kind: 'googleFederation', audience: googleProvider, client: expect.objectContaining({ clientId: 'a' }) },
    ],
    [
      'an account of Google, for the token of an issuer',
      { spec: federation(oidc, 'serviceAccountImpersonation: {serviceAccountName: models}'), secret: oidcSecret },
      { audience: googleProvider, serviceAccount: 'models@p.iam.gserviceaccount.com' },
    ],
  ])('send a token of %s in place of a key', (_, written, grant) => {
    const asked: unknown[] = [];
    const token: Surroundings['token'] = (owner, wanted) => {
      asked.push(owner.id, wanted);
      return { value: 'the-token' };
    };
    const { said, provider, secret, isServed } = buildWith({ ...written, surroundings: { token } });
    expect([said, isServed]).toEqual([[], true]);
    expect(asked).toEqual(['BackendSecurityPolicy/p', expect.objectContaining(grant)]);
    expect(provider?.credential).toEqual({ header: 'authorization', prefix: 'Bearer ', secret: secret?.name });
    expect(secret).toMatchObject({ kind: 'opaque', value: 'the-token' });
  });

  it('say that the last token is in use while there is no newer one', () => {
    const token = () => ({ value: 'the-token', trouble: 'login.example answers 401' });
    const { said, isServed } = buildWith({ spec: azure, secret: { 'client-secret': 's' }, surroundings: { token } });
    expect([said, isServed]).toEqual([
      [
        'spec.azureCredentials.clientSecretRef gives no newer token: login.example answers 401 — the last one stays in use until it ends; a newer one is asked for again',
      ],
      true,
    ]);
  });

  it('ask for no token that nobody would use', () => {
    const token = () => {
      throw new Error('asked for a token');
    };
    const written = { schema: 'AzureOpenAI', spec: azure, secret: { 'client-secret': 's' }, surroundings: { token } };
    expect(buildWith(written)).toMatchObject({ said: [], isServed: false });
  });

  it.each<[string, Written, string]>([
    [
      'a token that has not come',
      { spec: gcp, secret: { 'service_account.json': account }, surroundings: { token: () => ({}) } },
      'spec.gcpCredentials.credentialsFile.secretRef gives no token yet: it has been asked for — nothing is sent to the backend until there is one; it is asked for again',
    ],
    [
      'a token that is not given out',
      {
        spec: azure,
        secret: { 'client-secret': 's' },
        surroundings: { token: () => ({ trouble: 'nobody is there' }) },
      },
      'spec.azureCredentials.clientSecretRef gives no token: nobody is there — nothing is sent to the backend until there is one; it is asked for again',
    ],
    [
      'a key file of another kind',
      { spec: gcp, secret: { 'service_account.json': '{"type": "authorized_user"}' } },
      'spec.gcpCredentials.credentialsFile.secretRef the key file is one of the type authorized_user, which is not served — write it as Google Cloud hands it out',
    ],
    [
      'a tenant that would lead elsewhere',
      { spec: azure.replace('contoso.example', '"../other"'), secret: { 'client-secret': 's' } },
      'spec.azureCredentials.tenantID is no tenant — write its id, or one of its domains',
    ],
    [
      'an application of Entra with an issuer without TLS',
      { spec: trusting(oidc.replace('https:', 'http:')), secret: oidcSecret },
      'spec.azureCredentials.oidcExchangeToken.oidc.provider.issuer is no address of https — write an address such as https://login.example.com',
    ],
    [
      'a federation with an issuer without TLS',
      { spec: federation(oidc.replace('https:', 'http:')), secret: oidcSecret },
      'spec.gcpCredentials.workloadIdentityFederationConfig.oidcExchangeToken.oidc.provider.issuer is no address of https — write an address such as https://login.example.com',
    ],
    [
      'no file',
      { spec: 'type: GCPCredentials, gcpCredentials: {projectName: p, region: r}' },
      'spec.gcpCredentials is not served yet: the identity of a pod or machine is not used — write credentialsFile: {secretRef: {name: …}}, or workloadIdentityFederationConfig',
    ],
  ])('say of %s that nothing is sent', (_, written, text) => {
    const { said, isServed } = buildWith(written);
    expect([said, isServed]).toEqual([[text], false]);
  });

  it('are complete where something stands in for secrets', () => {
    for (const spec of [azure, trusting(oidc), gcp, federation(oidc)]) {
      const secret = { 'client-secret': 'x', 'service_account.json': 'x' };
      expect(buildWith({ spec, secret, surroundings: { hasStandIns: true } })).toMatchObject({
        said: [],
        isServed: true,
      });
    }
  });
});

describe('the region of GCPCredentials', () => {
  const prefix = (location: string) => `OpenAI, prefix: /v1/projects/p/locations/${location}/endpoints/openapi`;
  const other =
    'spec.gcpCredentials.region is r, but the prefix of cloud leads to europe-west1, where requests go — write europe-west1, or another prefix';

  it.each([
    ['another one', prefix('europe-west1'), [other]],
    ['the same', prefix('r'), []],
    ['none', 'OpenAI, prefix: v1beta', []],
  ])('stands beside %s in the prefix', (_, schema, text) => {
    const { said, isServed } = buildWith({ schema, spec: gcp, secret: { 'service_account.json': account } });
    expect([said, isServed]).toEqual([text, true]);
  });
});
