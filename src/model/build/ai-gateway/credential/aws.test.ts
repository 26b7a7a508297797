import { describe, expect, it } from 'vitest';
import type { Surroundings } from '../../surroundings.ts';
import { buildWith, host, oidc, oidcSecret, type Written } from './testing/policy-of-cloud.ts';

const keys = '[default]\naws_access_key_id = AKIA1\naws_secret_access_key = very-secret\n';
const aws = 'type: AWSCredentials, awsCredentials: {region: eu-west-1, credentialsFile: {secretRef: {name: s}}}';
const role = (client: string): string =>
  `type: AWSCredentials, awsCredentials: {region: eu-west-1, oidcExchangeToken: {
    awsRoleArn: "arn:aws:iam::123456789012:role/models", oidc: ${client}}}`;

describe('AWSCredentials', () => {
  it('sign for Bedrock in the region of the policy', () => {
    const { said, provider, secret, isServed } = buildWith({ spec: aws, secret: { credentials: keys } });
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
    const { said, provider } = buildWith({ endpoints: host(name), spec: aws, secret: { credentials: keys } });
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
    const { said, provider, secret, isServed } = buildWith({
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
    const { said, secret } = buildWith({ spec, secret: { credentials: keys } });
    expect(said).toEqual([
      'spec.awsCredentials.oidcExchangeToken is not used: credentialsFile is given, too, and goes before it — remove one of them',
    ]);
    expect(secret).toMatchObject({ accessKeyId: 'AKIA1' });
  });

  it('ask for no key that nobody would use', () => {
    const awsKey = () => {
      throw new Error('asked for a key');
    };
    const written = { schema: 'AWSBedrock', spec: role(oidc), secret: oidcSecret, surroundings: { awsKey } };
    expect(buildWith(written)).toMatchObject({ said: [], isServed: false });
  });

  it.each<[string, Written, string]>([
    [
      'an issuer without TLS',
      { spec: role(oidc.replace('https:', 'http:')), secret: oidcSecret },
      'spec.awsCredentials.oidcExchangeToken.oidc.provider.issuer is no address of https — write an address such as https://login.example.com',
    ],
    [
      'an endpoint without TLS',
      { spec: role(oidc.replace('}', ', tokenEndpoint: "http://a.example/token"}')), secret: oidcSecret },
      'spec.awsCredentials.oidcExchangeToken.oidc.provider.tokenEndpoint is no address of https — write an address such as https://login.example.com',
    ],
    [
      'another way to ask',
      { spec: role(`${oidc}, grantType: password`), secret: oidcSecret },
      'spec.awsCredentials.oidcExchangeToken.grantType is not served: the controller shows the secret of a client, and nothing else — remove it, or write client_credentials',
    ],
    [
      'a client without a secret',
      { spec: role(oidc), secret: { 'client-id': 'c' } },
      'spec.awsCredentials.oidcExchangeToken.oidc.clientSecret Secret "s" has no entry "client-secret" — provide it, or change where the document looks for it',
    ],
    [
      'a region that would lead elsewhere',
      { spec: role(oidc).replace('eu-west-1', 'a.example/?'), secret: oidcSecret },
      'spec.awsCredentials.region is no region — write one such as eu-central-1',
    ],
    [
      'a role that is not given',
      {
        spec: role(oidc),
        secret: oidcSecret,
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
    const { said, isServed } = buildWith(written);
    expect([said, isServed]).toEqual([[text], false]);
  });

  it('are complete where something stands in for secrets', () => {
    for (const spec of [aws, role(oidc)]) {
      const secret = { credentials: 'x', 'client-secret': 'x' };
      expect(buildWith({ spec, secret, surroundings: { hasStandIns: true } })).toMatchObject({
        said: [],
        isServed: true,
      });
    }
  });
});
