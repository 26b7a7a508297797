import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../../policy/parse.ts';
import { problemText } from '../../../../policy/testing/problem-text.ts';
import { buildModel } from '../../build.ts';
import type { Surroundings } from '../../surroundings.ts';
import { secretsOnly } from '../../testing/surroundings.ts';

const backend = (endpoints: string, schema = 'OpenAI'): string => `
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: route}
spec:
  rules: [{matches: [{headers: [{type: Exact, name: x-ai-eg-model, value: m}]}], backendRefs: [{name: cloud}]}]
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: cloud}
spec:
  schema: {name: ${schema}}
  backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: cloud}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: cloud}
spec: {endpoints: [${endpoints}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: cloud}
spec:
  targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: cloud}]
  validation: {wellKnownCACertificates: System, hostname: cloud.example}
`;

const host = (name: string): string => `{fqdn: {hostname: ${name}, port: 443}}`;

interface Written {
  readonly endpoints?: string;
  readonly schema?: string;
  readonly spec: string;
  /** Entries of the Secret that is called `s`. */
  readonly secret?: Readonly<Record<string, string>>;
  readonly surroundings?: Partial<Surroundings>;
}

function build({ endpoints = host('cloud.example'), schema, spec, secret = {}, surroundings }: Written) {
  const text = `${backend(endpoints, schema)}---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: BackendSecurityPolicy
metadata: {name: p}
spec: {targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: cloud}], ${spec}}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: ${JSON.stringify(secret)}
`;
  const { documents, problems } = parseDocuments(text, 'policy.yaml', '.');
  expect(problems).toEqual([]);
  const built = buildModel(documents, { ...secretsOnly(), hasStandIns: false, ...surroundings });
  const [gateway] = built.gateways;
  const provider = gateway?.providers[0];
  return {
    said: built.problems
      .filter(({ document }) => document === 'BackendSecurityPolicy/p')
      .map((problem) => problemText(problem).replace(/^.*BackendSecurityPolicy\/p: /, '')),
    provider,
    secret: gateway?.secrets.find(({ name }) => name === provider?.credential?.secret),
    isServed: (gateway?.routes[0]?.targets.length ?? 0) > 0,
  };
}

const keys = '[default]\naws_access_key_id = AKIA1\naws_secret_access_key = very-secret\n';
const aws = 'type: AWSCredentials, awsCredentials: {region: eu-west-1, credentialsFile: {secretRef: {name: s}}}';
const oidc = '{provider: {issuer: "https://a.example"}, clientID: a, clientSecret: {name: s}}';
const shown = { 'client-secret': 'very-secret' };
const role = (client: string): string =>
  `type: AWSCredentials, awsCredentials: {region: eu-west-1, oidcExchangeToken: {
    awsRoleArn: "arn:aws:iam::123456789012:role/models", oidc: ${client}}}`;

describe('AWSCredentials', () => {
  it('sign for Bedrock in the region of the policy', () => {
    const { said, provider, secret, isServed } = build({ spec: aws, secret: { credentials: keys } });
    expect([said, isServed]).toEqual([[], true]);
    expect(provider?.credential).toEqual({ service: 'bedrock', region: 'eu-west-1', secret: secret?.name });
    expect(secret).toMatchObject({ kind: 'awsKey', accessKeyId: 'AKIA1', secretAccessKey: 'very-secret' });
  });

  it.each([
    ['bedrock-runtime.eu-west-1.amazonaws.com', 'bedrock', 'eu-west-1'],
    ['bedrock-runtime-fips.us-gov-west-1.amazonaws.com', 'bedrock', 'us-gov-west-1'],
    ['bedrock-mantle.us-east-1.api.aws', 'bedrock-mantle', 'us-east-1'],
    ['vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com', 'bedrock', 'us-east-1'],
    ['models.example', 'bedrock', 'eu-west-1'],
  ])('sign for what %s says of itself: %s in %s', (name, service, region) => {
    const { said, provider } = build({ endpoints: host(name), spec: aws, secret: { credentials: keys } });
    expect(provider?.credential).toMatchObject({ service, region });
    expect(said).toEqual(
      region === 'eu-west-1'
        ? []
        : [
            `spec.awsCredentials.region is eu-west-1, but the backend is in ${region}, which requests are signed for — write ${region}`,
          ],
    );
  });

  it('sign with the key of a role', () => {
    const asked: unknown[] = [];
    const awsKey: Surroundings['awsKey'] = (owner, role) => {
      asked.push(owner.id, role);
      return { value: { accessKeyId: 'ASIA1', secretAccessKey: 'very-secret', sessionToken: 'session' } };
    };
    const { said, provider, secret, isServed } = build({
      spec: role(`{provider: {issuer: "https://a.example"}, clientIDRef: {name: s}, clientSecret: {name: s},
        scopes: [openid], resources: [urn:a]}, aud: sts.amazonaws.com, grantType: client_credentials`),
      secret: { 'client-id': 'the-client\n', 'client-secret': 'very-secret\n' },
      surroundings: { awsKey },
    });
    expect([said, isServed]).toEqual([[], true]);
    expect(asked).toEqual([
      'BackendSecurityPolicy/p',
      {
        region: 'eu-west-1',
        roleArn: 'arn:aws:iam::123456789012:role/models',
        sessionName: 'ai-gateway-p',
        client: {
          issuer: 'https://a.example',
          clientId: 'the-client',
          clientSecret: 'very-secret',
          scopes: ['openid'],
          resources: ['urn:a'],
          audience: 'sts.amazonaws.com',
        },
      },
    ]);
    expect(provider?.credential).toEqual({ service: 'bedrock', region: 'eu-west-1', secret: secret?.name });
    expect(secret).toMatchObject({ kind: 'awsKey', accessKeyId: 'ASIA1', sessionToken: 'session' });
  });

  it('sign with the key of a file where a role is given, too', () => {
    const spec = role(oidc).replace('oidcExchangeToken', 'credentialsFile: {secretRef: {name: s}}, oidcExchangeToken');
    const { said, secret } = build({ spec, secret: { credentials: keys } });
    expect(said).toEqual([
      'spec.awsCredentials.oidcExchangeToken is not used: credentialsFile is given, too, and goes before it — remove one of them',
    ]);
    expect(secret).toMatchObject({ accessKeyId: 'AKIA1' });
  });

  it('ask for no key that nobody would use', () => {
    const awsKey = () => {
      throw new Error('asked for a key');
    };
    const written = { schema: 'AWSBedrock', spec: role(oidc), secret: shown, surroundings: { awsKey } };
    expect(build(written)).toMatchObject({ said: [], isServed: false });
  });

  it.each<[string, Written, string]>([
    [
      'an issuer without TLS',
      { spec: role(oidc.replace('https:', 'http:')), secret: shown },
      'spec.awsCredentials.oidcExchangeToken.oidc.provider.issuer is no address of https — write an address such as https://login.example.com',
    ],
    [
      'an endpoint without TLS',
      { spec: role(oidc.replace('}', ', tokenEndpoint: "http://a.example/token"}')), secret: shown },
      'spec.awsCredentials.oidcExchangeToken.oidc.provider.tokenEndpoint is no address of https — write an address such as https://login.example.com',
    ],
    [
      'another way to ask',
      { spec: role(`${oidc}, grantType: password`), secret: shown },
      'spec.awsCredentials.oidcExchangeToken.grantType is not served: the controller shows the secret of a client, and nothing else — remove it, or write client_credentials',
    ],
    [
      'a client without a secret',
      { spec: role(oidc), secret: { 'client-id': 'c' } },
      'spec.awsCredentials.oidcExchangeToken.oidc.clientSecret Secret "s" has no entry "client-secret" — provide it, or change where the document looks for it',
    ],
    [
      'a region that would lead elsewhere',
      { spec: role(oidc).replace('eu-west-1', 'a.example/?'), secret: shown },
      'spec.awsCredentials.region is no region — write one such as eu-central-1',
    ],
    [
      'a role that is not given',
      {
        spec: role(oidc),
        secret: shown,
        surroundings: { awsKey: () => ({ trouble: 'sts.eu-west-1.amazonaws.com answers 403: AccessDenied' }) },
      },
      'spec.awsCredentials.oidcExchangeToken gives no token: sts.eu-west-1.amazonaws.com answers 403: AccessDenied — nothing is sent to the backend until there is one; it is asked for again',
    ],
    [
      'no file',
      { spec: 'type: AWSCredentials, awsCredentials: {region: r}' },
      'spec.awsCredentials is not served yet: the identity of a pod or machine is not used — write credentialsFile: {secretRef: {name: …}}, or oidcExchangeToken for a role',
    ],
    [
      'a file without the key',
      { spec: aws, secret: { credentials: '[default]\naws_secret_access_key = very-secret' } },
      'spec.awsCredentials.credentialsFile.secretRef the credentials file has no aws_access_key_id in profile "default" — write it as the tools of AWS do',
    ],
    [
      'another entry',
      { spec: aws, secret: { apiKey: 'very-secret' } },
      'spec.awsCredentials.credentialsFile.secretRef Secret "s" has no entry "credentials" — provide it, or change where the document looks for it',
    ],
    [
      'several names',
      { endpoints: `${host('a.example')}, ${host('b.example')}`, spec: aws, secret: { credentials: keys } },
      'spec.awsCredentials is not served yet: a signature is for one host name, and the backend has several — make them backends of their own',
    ],
  ])('say of %s that nothing is sent', (_, written, text) => {
    const { said, isServed } = build(written);
    expect([said, isServed]).toEqual([[text], false]);
  });
});

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
      { spec: trusting(oidc), secret: shown },
      { kind: 'entraFederation', tenant: 't', clientId: 'c', client: expect.objectContaining({ clientId: 'a' }) },
    ],
    [
      'Google',
      { spec: gcp, secret: { 'service_account.json': account } },
      { kind: 'googleServiceAccount', clientEmail: 'a@p.example', tokenUri: 'https://oauth2.googleapis.com/token' },
    ],
    [
      'Google, for the token of an issuer',
      { spec: federation(oidc), secret: shown },
      { kind: 'googleFederation', audience: googleProvider, client: expect.objectContaining({ clientId: 'a' }) },
    ],
    [
      'an account of Google, for the token of an issuer',
      { spec: federation(oidc, 'serviceAccountImpersonation: {serviceAccountName: models}'), secret: shown },
      { audience: googleProvider, serviceAccount: 'models@p.iam.gserviceaccount.com' },
    ],
  ])('send a token of %s in place of a key', (_, written, grant) => {
    const asked: unknown[] = [];
    const token: Surroundings['token'] = (owner, wanted) => {
      asked.push(owner.id, wanted);
      return { value: 'the-token' };
    };
    const { said, provider, secret, isServed } = build({ ...written, surroundings: { token } });
    expect([said, isServed]).toEqual([[], true]);
    expect(asked).toEqual(['BackendSecurityPolicy/p', expect.objectContaining(grant)]);
    expect(provider?.credential).toEqual({ header: 'authorization', prefix: 'Bearer ', secret: secret?.name });
    expect(secret).toMatchObject({ kind: 'opaque', value: 'the-token' });
  });

  it('say that the last token is in use while there is no newer one', () => {
    const token = () => ({ value: 'the-token', trouble: 'login.example answers 401' });
    const { said, isServed } = build({ spec: azure, secret: { 'client-secret': 's' }, surroundings: { token } });
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
    expect(build(written)).toMatchObject({ said: [], isServed: false });
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
      { spec: trusting(oidc.replace('https:', 'http:')), secret: shown },
      'spec.azureCredentials.oidcExchangeToken.oidc.provider.issuer is no address of https — write an address such as https://login.example.com',
    ],
    [
      'a federation with an issuer without TLS',
      { spec: federation(oidc.replace('https:', 'http:')), secret: shown },
      'spec.gcpCredentials.workloadIdentityFederationConfig.oidcExchangeToken.oidc.provider.issuer is no address of https — write an address such as https://login.example.com',
    ],
    [
      'no file',
      { spec: 'type: GCPCredentials, gcpCredentials: {projectName: p, region: r}' },
      'spec.gcpCredentials is not served yet: the identity of a pod or machine is not used — write credentialsFile: {secretRef: {name: …}}, or workloadIdentityFederationConfig',
    ],
  ])('say of %s that nothing is sent', (_, written, text) => {
    const { said, isServed } = build(written);
    expect([said, isServed]).toEqual([[text], false]);
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
    const { said, isServed } = build({ schema, spec: gcp, secret: { 'service_account.json': account } });
    expect([said, isServed]).toEqual([text, true]);
  });
});

describe('credentials of clouds', () => {
  it('are complete where something stands in for secrets', () => {
    for (const spec of [aws, role(oidc), azure, trusting(oidc), gcp, federation(oidc)]) {
      const secret = { credentials: 'x', 'client-secret': 'x', 'service_account.json': 'x' };
      expect(build({ spec, secret, surroundings: { hasStandIns: true } })).toMatchObject({ said: [], isServed: true });
    }
  });
});
