import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AskEndpoint, ask as askLocally } from '../../src/controller/credentials/endpoint.ts';
import {
  type FakeAnswer,
  type FakeRequest,
  type FakeService,
  fakeService,
  refuse,
} from '../../src/guard/remote/testing/fake-service.ts';
import { signatureFault } from '../../src/guard/remote/testing/verify-sigv4.ts';
import { completion, gatewayOfOneCaller, localBackend, routeTo, secretOf } from '../support/ai-gateway-manifests.ts';
import { caller } from '../support/caller.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startLoad } from '../support/load.ts';
import { documents } from '../support/policy-documents.ts';
import { until } from '../support/until.ts';

/*
 * Backends whose cloud trusts an issuer of tokens: a token of the issuer is exchanged for what the backend takes. On a
 * real Envoy; issuer and clouds stand on this machine, and the control plane is told to find them there.
 */

const clientKey = 'a-client-key-of-enough-characters';
const clientSecret = 'secret~of-the+client';
const basic = `Basic ${Buffer.from(`models:${encodeURIComponent(clientSecret)}`).toString('base64')}`;
const roles = ['arn:aws:iam::123456789012:role/first', 'arn:aws:iam::123456789012:role/second'];
const patient = { limitMs: 50_000 };

let clouds: FakeService;
let models: FakeService;
let gateway: TestGateway;
const ask = caller(() => gateway.url, clientKey);

/** What was given out, newest last. */
const tokens: string[] = [];
const keys: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string }[] = [];
/** The keys that requests were signed with, as far as they were right. */
const signers: string[] = [];
let lifeSeconds = 3_600;

beforeAll(async () => {
  clouds = await fakeService((request) => {
    const [, host = ''] = request.path.split('/');
    return hosts.get(host)?.(request) ?? refuse(404, `nobody at ${request.path}`);
  });
  models = await fakeService((request) => {
    const accessKeyId = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const key = keys.find((each) => each.accessKeyId === accessKeyId);
    if (key === undefined) return refuse(403, 'nobody');
    const fault = signatureFault(request, key, { region: 'eu-west-1', service: 'bedrock' });
    if (fault !== undefined) return refuse(403, fault);
    signers.push(accessKeyId);
    return { status: 200, body: completion };
  });
  const port = Number(new URL(models.url).port);
  gateway = await startGateway({
    askEndpoint: locally,
    policy: (own) => ({
      'gateway.yaml': gatewayOfOneCaller(own, clientKey),
      'route.yaml': routeTo({ claude: ['bedrock'] }),
      'aws.yaml': aws(port, roles[0]),
      'issuer.yaml': secretOf('issuer', { 'client-secret': clientSecret }),
    }),
  });
}, 60_000);

afterAll(async () => {
  await gateway?.stop();
  await Promise.all([clouds?.close(), models?.close()]);
});

const hosts = new Map<string, (request: FakeRequest) => FakeAnswer>([
  ['login.example', askIssuer],
  ['sts.eu-west-1.amazonaws.com', askSts],
]);

/** The same request, with the host in front of the path. */
const locally: AskEndpoint = (request, signal) =>
  askLocally({ ...request, url: request.url.replace('https:/', clouds.url) }, signal);

function askIssuer({ method, path, headers, body }: FakeRequest): FakeAnswer {
  const issuer = 'https://login.example/realms/a';
  if (method === 'GET' && path === '/login.example/realms/a/.well-known/openid-configuration') {
    return { status: 200, body: { issuer, token_endpoint: `${issuer}/token` } };
  }
  const isRight =
    method === 'POST' &&
    path === '/login.example/realms/a/token' &&
    headers.authorization === basic &&
    body === 'grant_type=client_credentials&scope=models&audience=clouds';
  // A careless issuer repeats what it was shown.
  if (!isRight) return { status: 401, body: { error: 'invalid_client', error_description: headers.authorization } };
  const token = `head.claims-${tokens.length + 1}.sign`;
  tokens.push(token);
  return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 60 } };
}

function askSts({ method, body }: FakeRequest): FakeAnswer {
  const {
    Action,
    Version,
    RoleArn = '',
    RoleSessionName,
    WebIdentityToken,
  } = Object.fromEntries(new URLSearchParams(body));
  const isKnown = method === 'POST' && Action === 'AssumeRoleWithWebIdentity' && Version === '2011-06-15';
  if (!isKnown || RoleSessionName !== 'ai-gateway-bedrock') return refuse(400, body);
  if (!roles.includes(RoleArn)) return { status: 403, body: { Error: { Code: 'AccessDenied', Message: 'not yours' } } };
  if (WebIdentityToken !== tokens.at(-1)) return refuse(400, 'a token of nobody');
  const count = keys.length + 1;
  const key = {
    accessKeyId: `ASIAKEY${count}`,
    secretAccessKey: `secret+${count}/x`,
    sessionToken: `session-${count}`,
  };
  keys.push(key);
  const Credentials = {
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
    SessionToken: key.sessionToken,
    Expiration: Date.now() / 1_000 + lifeSeconds,
  };
  const AssumeRoleWithWebIdentityResponse = { AssumeRoleWithWebIdentityResult: { Credentials } };
  return { status: 200, body: { AssumeRoleWithWebIdentityResponse } };
}

describe('a backend with AWSCredentials of a role', () => {
  it('gets its requests signed with a key of the role', async () => {
    await until('a request is answered', async () => (await ask({ model: 'claude' })).status === 200, patient);
    expect([signers, clouds.refusals, models.refusals]).toEqual([['ASIAKEY1'], [], []]);
    expect(models.requests.at(-1)?.headers['x-amz-security-token']).toBe('session-1');
  });

  it('gets every request signed while its role becomes another one', async () => {
    const load = startLoad(4, async () => {
      const { status } = await ask({ model: 'claude' });
      return status === 200 ? undefined : `status ${status}`;
    });
    await until('there is load', () => load.count > 20, patient);
    await gateway.write('aws.yaml', aws(Number(new URL(models.url).port), roles[1]));
    await until('the new key signs', () => signers.at(-1) !== 'ASIAKEY1', patient);
    const { failures } = await load.stop();
    expect([failures, clouds.refusals, models.refusals]).toEqual([[], [], []]);
  }, 60_000);

  it('keeps the last key while the issuer refuses, and its policy says so', async () => {
    const given = keys.length;
    await gateway.write('issuer.yaml', secretOf('issuer', { 'client-secret': 'wrong~secret' }));
    await until('the refusal is told', () => statusText().includes('login.example answers 401'), patient);
    expect(statusText()).toContain('gives no newer token');
    expect([(await ask({ model: 'claude' })).status, keys.length]).toEqual([200, given]);
  }, 60_000);

  it('gets a newer key before the last one ends', async () => {
    lifeSeconds = 5;
    const before = keys.length;
    await gateway.write('issuer.yaml', secretOf('issuer', { 'client-secret': clientSecret }));
    await until('keys were renewed', () => keys.length >= before + 3, patient);
    lifeSeconds = 3_600;
    await until(
      'a renewed one is used',
      async () => (await ask({ model: 'claude' })).status === 200 && signers.at(-1) === keys.at(-1)?.accessKeyId,
      patient,
    );
    expect(models.refusals).toEqual([]);
  }, 120_000);
});

describe('what is exchanged', () => {
  it('is shown to nobody', async () => {
    const shown = [
      await gateway.envoy.admin('/config_dump?include_eds'),
      gateway.envoy.log(),
      gateway.log(),
      statusText(),
    ].join('\n');
    expect(shown).toContain(keys.at(-1)?.accessKeyId);
    const secret = keys.flatMap(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken]);
    for (const value of [...secret, ...tokens, clientSecret, basic.slice(6), 'wrong~secret']) {
      expect(shown.includes(value)).toBe(false);
    }
  });
});

function statusText(): string {
  return JSON.stringify(gateway.plane.status());
}

const exchange = {
  oidc: {
    provider: { issuer: 'https://login.example/realms/a' },
    clientID: 'models',
    clientSecret: { name: 'issuer' },
    scopes: ['models'],
  },
  aud: 'clouds',
};

function aws(port: number, awsRoleArn: string | undefined): string {
  return documents(
    localBackend({
      name: 'bedrock',
      port,
      prefix: 'openai/v1',
      credential: {
        type: 'AWSCredentials',
        awsCredentials: { region: 'eu-west-1', oidcExchangeToken: { ...exchange, awsRoleArn } },
      },
    }),
  );
}
