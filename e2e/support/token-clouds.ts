import { type AskEndpoint, ask as askLocally } from '../../src/controller/credentials/endpoint.ts';
import {
  type FakeAnswer,
  type FakeRequest,
  type FakeService,
  fakeService,
  refuse,
} from '../../src/guard/remote/testing/fake-service.ts';
import { signatureFault } from '../../src/guard/remote/testing/verify-sigv4.ts';
import { completion } from './ai-gateway-manifests.ts';

/** Of the client `models`, at the issuer. */
export const clientSecret = 'secret~of-the+client';
export const basic = `Basic ${Buffer.from(`models:${encodeURIComponent(clientSecret)}`).toString('base64')}`;
export const roles = ['arn:aws:iam::123456789012:role/first', 'arn:aws:iam::123456789012:role/second'];

interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** An issuer of tokens, the clouds that exchange them, and backends that take what they give out. */
export interface TokenClouds {
  /** Finds all of them on this machine. */
  readonly askEndpoint: AskEndpoint;
  readonly bedrock: FakeService;
  readonly vertex: FakeService;
  readonly azure: FakeService;
  /** What was given out, newest last. */
  readonly tokens: readonly string[];
  readonly accessTokens: readonly string[];
  readonly keys: readonly SigningKey[];
  /** The keys that requests were signed with, as far as they were right. */
  readonly signers: readonly string[];
  /** Of keys; all else lives for an hour. */
  lifeSeconds: number;
  /** What the clouds refused, but for what tests want refused. */
  unexpected(): readonly string[];
  close(): Promise<unknown>;
}

export async function startTokenClouds(): Promise<TokenClouds> {
  const tokens: string[] = [];
  const federatedTokens: string[] = [];
  const accessTokens: string[] = [];
  const keys: SigningKey[] = [];
  const signers: string[] = [];
  const hosts = new Map<string, (request: FakeRequest) => FakeAnswer>([
    ['login.example', askIssuer],
    ['sts.eu-west-1.amazonaws.com', askAws],
    ['sts.googleapis.com', askGoogle],
    ['iamcredentials.googleapis.com', askForAccount],
    ['login.microsoftonline.com', askEntra],
  ]);
  const clouds = await fakeService((request) => {
    const [, host = ''] = request.path.split('/');
    return hosts.get(host)?.(request) ?? refuse(404, `nobody at ${request.path}`);
  });
  const bedrock = await fakeService((request) => {
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
  const [vertex, azure] = await Promise.all([fakeService(takesTokens), fakeService(takesTokens)]);
  const site: TokenClouds = {
    // The same request, with the host in front of the path.
    askEndpoint: (request, signal) =>
      askLocally({ ...request, url: request.url.replace('https:/', clouds.url) }, signal),
    bedrock,
    vertex,
    azure,
    tokens,
    accessTokens,
    keys,
    signers,
    lifeSeconds: 3_600,
    unexpected: () => clouds.refusals.filter((text) => !/invalid_client|invalid_target|unauthorized_client/.test(text)),
    close: () => Promise.all([clouds, bedrock, vertex, azure].map((each) => each.close())),
  };
  return site;

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
    if (!roles.includes(RoleArn))
      return { status: 403, body: { Error: { Code: 'AccessDenied', Message: 'not yours' } } };
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
      Expiration: Date.now() / 1_000 + site.lifeSeconds,
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
    if (pool === undefined)
      return { status: 400, body: { error: 'invalid_target', error_description: 'no such pool' } };
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
}
