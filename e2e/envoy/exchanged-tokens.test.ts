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
let bedrock: FakeService;
let vertex: FakeService;
let azure: FakeService;
let gateway: TestGateway;
const ask = caller(() => gateway.url, clientKey);

/** What was given out, newest last. */
const tokens: string[] = [];
const federatedTokens: string[] = [];
const accessTokens: string[] = [];
const keys: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string }[] = [];
/** The keys that requests were signed with, as far as they were right. */
const signers: string[] = [];
/** Of keys; all else lives for an hour. */
let lifeSeconds = 3_600;

beforeAll(async () => {
  clouds = await fakeService((request) => {
    const [, host = ''] = request.path.split('/');
    return hosts.get(host)?.(request) ?? refuse(404, `nobody at ${request.path}`);
  });
  bedrock = await fakeService((request) => {
    const accessKeyId = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const key = keys.find((each) => each.accessKeyId === accessKeyId);
    if (key === undefined) return refuse(403, 'nobody');
    const fault = signatureFault(request, key, { region: 'eu-west-1', service: 'bedrock' });
    if (fault !== undefined) return refuse(403, fault);
    signers.push(accessKeyId);
    return { status: 200, body: completion };
  });
  const takesTokens = ({ headers }: FakeRequest): FakeAnswer => {
    const token = headers.authorization?.replace('Bearer ', '') ?? '';
    return accessTokens.includes(token) ? { status: 200, body: completion } : refuse(401, 'no token');
  };
  [vertex, azure] = await Promise.all([fakeService(takesTokens), fakeService(takesTokens)]);
  gateway = await startGateway({
    askEndpoint: locally,
    policy: (own) => ({
      'gateway.yaml': gatewayOfOneCaller(own, clientKey),
      'route.yaml': routeTo({ claude: ['bedrock'], gemini: ['vertex'], gemma: ['vertex-account'], gpt: ['azure'] }),
      'aws.yaml': aws(roles[0]),
      'google.yaml': google('pool'),
      'azure.yaml': entra('first-application'),
      'issuer.yaml': secretOf('issuer', { 'client-secret': clientSecret }),
    }),
  });
}, 120_000);

afterAll(async () => {
  await gateway?.stop();
  await Promise.all([clouds?.close(), bedrock?.close(), vertex?.close(), azure?.close()]);
});

const hosts = new Map<string, (request: FakeRequest) => FakeAnswer>([
  ['login.example', askIssuer],
  ['sts.eu-west-1.amazonaws.com', askAws],
  ['sts.googleapis.com', askGoogle],
  ['iamcredentials.googleapis.com', askForAccount],
  ['login.microsoftonline.com', askEntra],
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

function askAws({ method, body }: FakeRequest): FakeAnswer {
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
  if (!tokens.includes(WebIdentityToken ?? '')) return refuse(400, 'a token of nobody');
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

function askGoogle({ path, body }: FakeRequest): FakeAnswer {
  const form = Object.fromEntries(new URLSearchParams(body));
  if (path !== '/sts.googleapis.com/v1/token') return refuse(404, path);
  const isKnown =
    form.grant_type === 'urn:ietf:params:oauth:grant-type:token-exchange' &&
    form.subject_token_type === 'urn:ietf:params:oauth:token-type:jwt' &&
    tokens.includes(form.subject_token ?? '');
  if (!isKnown) return refuse(400, body);
  const [, pool] =
    /^\/\/iam\.googleapis\.com\/projects\/123\/locations\/global\/workloadIdentityPools\/(pool|other)\/providers\/corp$/.exec(
      form.audience ?? '',
    ) ?? [];
  if (pool === undefined) return { status: 400, body: { error: 'invalid_target', error_description: 'no such pool' } };
  const token = `federated-${pool}-${federatedTokens.length + 1}`;
  federatedTokens.push(token);
  accessTokens.push(token);
  return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 3_600 } };
}

function askForAccount({ path, headers, body }: FakeRequest): FakeAnswer {
  const [, account] = /^\/[^/]+\/v1\/projects\/-\/serviceAccounts\/([^/]+):generateAccessToken$/.exec(path) ?? [];
  if (account !== 'models%40p.iam.gserviceaccount.com') return refuse(404, path);
  if (!federatedTokens.includes(headers.authorization?.replace('Bearer ', '') ?? '')) return refuse(401, 'nobody');
  if (body !== '{"scope":["https://www.googleapis.com/auth/cloud-platform"]}') return refuse(400, body);
  const accessToken = `of-the-account-${accessTokens.length + 1}`;
  accessTokens.push(accessToken);
  return { status: 200, body: { accessToken, expireTime: new Date(Date.now() + 3_600_000).toISOString() } };
}

function askEntra({ path, body }: FakeRequest): FakeAnswer {
  const form = Object.fromEntries(new URLSearchParams(body));
  if (path !== '/login.microsoftonline.com/contoso.example/oauth2/v2.0/token') return refuse(404, path);
  const isRight =
    form.grant_type === 'client_credentials' &&
    form.client_assertion_type === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' &&
    form.scope === 'https://cognitiveservices.azure.com/.default' &&
    tokens.includes(form.client_assertion ?? '');
  if (!isRight) return refuse(401, body);
  if (!/^(?:first|second)-application$/.test(form.client_id ?? '')) {
    return {
      status: 400,
      body: { error: 'unauthorized_client', error_description: 'AADSTS700016: no such application' },
    };
  }
  const token = `${form.client_id}-${accessTokens.length + 1}`;
  accessTokens.push(token);
  return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 3_600 } };
}

/** What the clouds refused, but for what tests want refused. */
function unexpected(): readonly string[] {
  return clouds.refusals.filter((text) => !/invalid_client|invalid_target|unauthorized_client/.test(text));
}

/** The token that came with the last request. */
function lastToken({ requests }: FakeService): string {
  return requests.at(-1)?.headers.authorization?.replace('Bearer ', '') ?? '';
}

describe('a backend with AWSCredentials of a role', () => {
  it('gets its requests signed with a key of the role', async () => {
    await until('a request is answered', async () => (await ask({ model: 'claude' })).status === 200, patient);
    expect([signers, unexpected(), bedrock.refusals]).toEqual([['ASIAKEY1'], [], []]);
    expect(bedrock.requests.at(-1)?.headers['x-amz-security-token']).toBe('session-1');
  });

  it('gets every request signed while its role becomes another one', async () => {
    const load = startLoad(4, async () => {
      const { status } = await ask({ model: 'claude' });
      return status === 200 ? undefined : `status ${status}`;
    });
    await until('there is load', () => load.count > 20, patient);
    await gateway.write('aws.yaml', aws(roles[1]));
    await until('the new key signs', () => signers.at(-1) !== 'ASIAKEY1', patient);
    const { failures } = await load.stop();
    expect([failures, unexpected(), bedrock.refusals]).toEqual([[], [], []]);
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
    const ending = keys.length;
    lifeSeconds = 3_600;
    await until(
      'one that lasts is used',
      async () =>
        keys.length > ending &&
        (await ask({ model: 'claude' })).status === 200 &&
        signers.at(-1) === keys.at(-1)?.accessKeyId,
      patient,
    );
    expect(bedrock.refusals).toEqual([]);
  }, 120_000);
});

describe('a backend with GCPCredentials of a federation', () => {
  it('gets a token of the federation, or of the account that is acted for', async () => {
    for (const [model, token] of [
      ['gemini', /^federated-pool-/],
      ['gemma', /^of-the-account-/],
    ] as const) {
      await until('a request is answered', async () => (await ask({ model })).status === 200, patient);
      expect(lastToken(vertex)).toMatch(token);
    }
    expect([unexpected(), vertex.refusals]).toEqual([[], []]);
  });

  it('gets another one of another pool without a failed request', async () => {
    const load = startLoad(2, async () => {
      const { status } = await ask({ model: 'gemini' });
      return status === 200 ? undefined : `status ${status}`;
    });
    await gateway.write('google.yaml', google('other'));
    await until('its token is used', () => /^federated-other-/.test(lastToken(vertex)), patient);
    const { failures } = await load.stop();
    expect([failures, vertex.refusals]).toEqual([[], []]);
  }, 60_000);

  it('keeps the last token while Google refuses, and its policy says so', async () => {
    await gateway.write('google.yaml', google('nowhere'));
    const refusal = 'sts.googleapis.com answers 400: invalid_target: no such pool';
    await until('the refusal is told', () => statusText().includes(refusal), patient);
    expect((await ask({ model: 'gemma' })).status).toBe(200);
    expect(lastToken(vertex)).toMatch(/^of-the-account-/);
  }, 60_000);
});

describe('a backend with AzureCredentials of an issuer', () => {
  it('gets a token of the application that trusts it', async () => {
    await until('a request is answered', async () => (await ask({ model: 'gpt' })).status === 200, patient);
    expect(lastToken(azure)).toMatch(/^first-application-/);
    expect([unexpected(), azure.refusals]).toEqual([[], []]);
  });

  it('gets one of another application without a failed request', async () => {
    const load = startLoad(2, async () => {
      const { status } = await ask({ model: 'gpt' });
      return status === 200 ? undefined : `status ${status}`;
    });
    await gateway.write('azure.yaml', entra('second-application'));
    await until('its token is used', () => /^second-application-/.test(lastToken(azure)), patient);
    const { failures } = await load.stop();
    expect([failures, azure.refusals]).toEqual([[], []]);
  }, 60_000);

  it('keeps the last token while Entra refuses, and its policy says so', async () => {
    await gateway.write('azure.yaml', entra('nobody'));
    const refusal = 'login.microsoftonline.com answers 400: unauthorized_client: AADSTS700016: no such application';
    await until('the refusal is told', () => statusText().includes(refusal), patient);
    expect((await ask({ model: 'gpt' })).status).toBe(200);
    expect(lastToken(azure)).toMatch(/^second-application-/);
  }, 60_000);
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
    for (const value of [...secret, ...tokens, ...accessTokens, clientSecret, basic.slice(6), 'wrong~secret']) {
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

function portOf({ url }: FakeService): number {
  return Number(new URL(url).port);
}

function aws(awsRoleArn: string | undefined): string {
  const awsCredentials = { region: 'eu-west-1', oidcExchangeToken: { ...exchange, awsRoleArn } };
  return localBackend({
    name: 'bedrock',
    port: portOf(bedrock),
    prefix: 'openai/v1',
    credential: { type: 'AWSCredentials', awsCredentials },
  });
}

function google(workloadIdentityPoolName: string): string {
  const federation = {
    projectID: '123',
    workloadIdentityPoolName,
    workloadIdentityProviderName: 'corp',
    oidcExchangeToken: exchange,
  };
  const account = { serviceAccountImpersonation: { serviceAccountName: 'models' } };
  const credential = (workloadIdentityFederationConfig: object) => ({
    type: 'GCPCredentials',
    gcpCredentials: { projectName: 'p', region: 'europe-west4', workloadIdentityFederationConfig },
  });
  const [port, prefix] = [portOf(vertex), 'v1/projects/p/locations/europe-west4/endpoints/openapi'];
  return documents(
    localBackend({ name: 'vertex', port, prefix, credential: credential(federation) }),
    localBackend({ name: 'vertex-account', port, prefix, credential: credential({ ...federation, ...account }) }),
  );
}

function entra(clientID: string): string {
  const azureCredentials = { clientID, tenantID: 'contoso.example', oidcExchangeToken: exchange };
  return localBackend({
    name: 'azure',
    port: portOf(azure),
    prefix: 'openai/v1',
    credential: { type: 'AzureCredentials', azureCredentials },
  });
}
