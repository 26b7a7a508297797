import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aiRoute, localBackend, modelRule, secretOf } from '../support/ai-gateway-manifests.ts';
import { applying } from '../support/applying.ts';
import { attachedPolicy, type PolicyTarget } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { httpRoute, leadTo, marking } from '../support/http-route.ts';
import { tokenIssuer } from '../support/json-web-token.ts';
import { apiKey, document, documents } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/*
 * Several AIGatewayRoutes on one listener, some of which want tokens, each by a SecurityPolicy of its own. Envoy verifies
 * before anybody knows the model; which token opens which route is for the processor to say.
 */

const key = 'sk-a-key-of-enough-characters';
const [red, blue, stranger] = [tokenIssuer(), tokenIssuer(), tokenIssuer()];
const claims = { iss: 'https://red.example.com', aud: ['models'], sub: 'ana', org: { team: 'research', size: 3 } };

let llm: RecordingProvider;
let keySet: RecordingProvider;
let gateway: TestGateway;
/** How many requests the provider had seen when the test began. */
let before = 0;
let areKeysThere = true;

const models = ['open', 'red', 'also-red', 'blue', 'either', 'dark'] as const;
type ModelName = (typeof models)[number];

const routes = (): string =>
  documents(
    localBackend({ name: 'llm', port: llm.port }),
    ...models.map((name) => aiRoute(name, [modelRule(name)])),
    aiRoute('by-claim', [
      modelRule('claimed', { backendRefs: [{ name: 'llm', modelNameOverride: 'for-research' }] }, [
        { name: 'x-team', value: 'research' },
      ]),
      modelRule('claimed', { backendRefs: [{ name: 'llm', modelNameOverride: 'for-sales' }] }, [
        { type: 'RegularExpression', name: 'x-team', value: 's.*' },
      ]),
    ]),
    httpRoute(
      'beside',
      [
        leadTo('llm', [{ headers: [{ name: 'x-team', value: 'research' }] }], {
          filters: [marking('x-beside', 'yes')],
        }),
      ],
      { hostnames: ['beside.test'] },
    ),
    secretOf('callers', { ana: 'sk-ana-has-enough-characters' }),
    apiKey('me', 'KEY'),
  );

const policy = (name: string, target: PolicyTarget, spec: Readonly<Record<string, unknown>>): string =>
  attachedPolicy('SecurityPolicy', name, target, spec);

const ofRoute = (name: ModelName): PolicyTarget => ({ kind: 'HTTPRoute', name });
const keysOf = (path: string) => ({ remoteJWKS: { uri: `http://127.0.0.1:${keySet.port}${path}` } });
const claimToHeaders = [
  { claim: 'org.team', header: 'x-team' },
  { claim: 'org.size', header: 'x-size' },
  { claim: 'org.project', header: 'OpenAI-Project' },
];
const redProvider = (more: Readonly<Record<string, unknown>> = {}) => ({
  name: 'login',
  issuer: 'https://red.example.com',
  audiences: ['models'],
  ...keysOf('/keys'),
  ...more,
});
const blueProvider = {
  name: 'login',
  localJWKS: { inline: blue.keySet },
  extractFrom: { headers: [{ name: 'x-token' }] },
};
const tokensOf = (...providers: readonly Readonly<Record<string, unknown>>[]) => ({ jwt: { providers } });

/** One of each route, as the tests below find it. */
const usual = (): readonly string[] => [
  policy('red', ofRoute('red'), tokensOf(redProvider({ claimToHeaders }))),
  policy('also-red', { kind: 'AIGatewayRoute', name: 'also-red' }, tokensOf(redProvider({ audiences: [] }))),
  policy('blue', ofRoute('blue'), tokensOf(blueProvider)),
  policy('either', ofRoute('either'), {
    jwt: {
      optional: true,
      providers: [
        { ...blueProvider, name: 'blue', claimToHeaders },
        { ...redProvider(), name: 'red' },
      ],
    },
  }),
  policy('dark', ofRoute('dark'), tokensOf(redProvider(keysOf('/dark')))),
  policy('by-claim', { kind: 'HTTPRoute', name: 'by-claim' }, tokensOf(redProvider({ claimToHeaders }))),
];

type Headers = Readonly<Record<string, string>>;

const ask = async (model: ModelName | 'claimed', headers: Headers = { 'x-api-key': key }) => {
  const {
    status,
    text,
    headers: answered,
  } = await rawRequest(gateway.port, {
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  });
  const { error } = JSON.parse(text) as { readonly error?: { readonly code: string } };
  return { status, headers: answered, is: error === undefined ? status : `${status} ${error.code}` };
};

const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}`, 'x-api-key': key });
const askedAs = async (model: ModelName | 'claimed', headers?: Headers) => (await ask(model, headers)).is;

const apply = applying(() => gateway);

beforeAll(async () => {
  llm = await startRecordingProvider((response) =>
    answerJson(response, 200, { choices: [{ message: { role: 'assistant', content: 'hi' } }] }),
  );
  keySet = await startRecordingProvider((response, { path }) =>
    path === '/dark' && !areKeysThere
      ? answerJson(response, 500, {})
      : answerJson(response, 200, JSON.parse(red.keySet)),
  );
  areKeysThere = false;
  gateway = await startGateway({
    env: { KEY: key, ANONYMOUS_KEY: 'sk-nobody-shows-this-one' },
    policy: { 'routes.yaml': routes() },
  });
  await apply(usual(), async () => {
    const token = red.token(claims);
    const [is, also, other, dark] = [
      await askedAs('red', bearer(token)),
      await askedAs('also-red', bearer(token)),
      await askedAs('blue', { 'x-api-key': key, 'x-token': blue.token({}) }),
      await askedAs('dark'),
    ];
    return is === 200 && also === 200 && other === 200 && dark === '401 missing_token';
  });
});

afterAll(async () => {
  await gateway?.stop();
  await keySet?.close();
  await llm?.close();
});

beforeEach(() => {
  before = llm.requests.length;
});

describe('AIGatewayRoutes of one listener', () => {
  it('want tokens where a policy says so, and nowhere else', async () => {
    expect(await askedAs('open')).toBe(200);
    for (const model of ['red', 'also-red', 'blue'] as const) {
      const refused = await ask(model);
      expect(refused.is).toBe('401 missing_token');
      expect(refused.headers['www-authenticate']).toBe('Bearer');
    }
    expect(await askedAs('either')).toBe(200);
    expect(llm.requests.length - before).toBe(2);
  });

  it('are opened by tokens of their own issuers, and by no others', async () => {
    const [good, other] = [red.token(claims), blue.token({})];
    expect(await askedAs('red', bearer(good))).toBe(200);
    // Two policies may accept one token.
    expect(await askedAs('also-red', bearer(good))).toBe(200);
    expect(await askedAs('blue', { 'x-api-key': key, 'x-token': other })).toBe(200);
    expect(await askedAs('blue', { ...bearer(good), 'x-token': good })).toBe('401 invalid_token');
    expect(await askedAs('blue', bearer(good))).toBe('401 missing_token');
    expect(await askedAs('red', { 'x-api-key': key, 'x-token': other })).toBe('401 missing_token');
    expect(await askedAs('red', bearer(other))).toBe('401 invalid_token');
    expect(llm.requests.length - before).toBe(3);
  });

  it('say what is wrong with a token', async () => {
    const of = (parts: object, by = red) => bearer(by.token({ ...claims, ...parts }));
    expect(await askedAs('red', of({}, stranger))).toBe('401 invalid_token');
    expect(await askedAs('red', of({ exp: 1 }))).toBe('401 invalid_token');
    expect(await askedAs('red', of({ iss: 'https://elsewhere.example.com' }))).toBe('401 invalid_token');
    expect(await askedAs('red', of({ aud: ['others'] }))).toBe('403 token_not_allowed');
    expect(await askedAs('also-red', of({ aud: ['others'] }))).toBe(200);
    // Another claim under the same signature; and no signature at all, which has not even the shape of a token.
    const [head, body, signature] = red.token(claims).split('.');
    const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'bob', exp: 9_999_999_999 })).toString('base64url');
    expect(await askedAs('red', bearer(`${head}.${changed}.${signature}`))).toBe('401 invalid_token');
    expect(await askedAs('red', bearer(`${head}.${body}.`))).toBe('401 invalid_api_key');
    expect(llm.requests.length - before).toBe(1);
  });

  it('are asked with key and token, which are told apart', async () => {
    const token = red.token(claims);
    expect(await askedAs('red', { authorization: `Bearer ${token}` })).toBe('401 missing_api_key');
    expect(await askedAs('red', { authorization: `Bearer ${token}`, 'x-api-key': 'sk-wrong' })).toBe(
      '401 invalid_api_key',
    );
    expect(await askedAs('red', { authorization: `Bearer ${key}` })).toBe('401 missing_token');
    expect(await askedAs('blue', { authorization: `Bearer ${key}`, 'x-token': blue.token({}) })).toBe(200);
    expect(await askedAs('open', { authorization: `Bearer ${key}` })).toBe(200);
    expect(await askedAs('open', bearer(token))).toBe(200);
  });

  it('are reached by no other way', async () => {
    const send = async (body: string, path = '/v1/chat/completions', more: Headers = {}) => {
      const headers = { 'content-type': 'application/json', 'x-api-key': key, ...more };
      return (await rawRequest(gateway.port, { path, headers, body })).status;
    };
    const named = (model: string) => JSON.stringify({ model, messages: [] });
    expect(await send(named('llm/red'))).toBe(401);
    for (const name of ['default/llm/red', 'RED', ' red', 'red ']) expect(await send(named(name))).toBe(404);
    expect(await send('{"model":"open","messages":[],"model":"red"}')).toBe(400);
    expect(await send('{"model":"red","messages":[],"model":"open"}')).toBe(400);
    expect(await send('{"model":"red","input":"hello"}', '/v1/embeddings')).toBe(401);
    expect(await send(named('red'), '/v1/chat/completions', { 'x-ai-eg-model': 'open' })).toBe(401);
    expect(llm.requests.length - before).toBe(0);
  });

  it('take no harm from claims that are nested without end', async () => {
    const nested = (depth: number): object => (depth === 0 ? {} : { a: nested(depth - 1) });
    const asked = (depth: number) => askedAs('red', bearer(red.token({ ...claims, nested: nested(depth) })));
    expect(await asked(300)).toBe('401 invalid_token');
    expect(await asked(20)).toBe(200);
  });

  it('keep tokens from providers', async () => {
    const tokens = { ...bearer(red.token(claims)), 'x-token': blue.token({}) };
    for (const model of ['open', 'red', 'blue', 'either'] as const) expect(await askedAs(model, tokens)).toBe(200);
    const seen = llm.requests.slice(before);
    expect(JSON.stringify(seen)).not.toContain(red.token({}).slice(0, 20));
    expect(seen.map(({ headers }) => headers['x-token'])).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('give headers from claims to requests for the route whose policy says so', async () => {
    const forged = { ...bearer(red.token(claims)), 'x-team': 'forged', 'x-size': 'forged' };
    const heard = async (model: ModelName, headers: Headers) => {
      expect(await askedAs(model, headers)).toBe(200);
      const { 'x-team': team, 'x-size': size } = llm.requests.at(-1)?.headers ?? {};
      return { team, size };
    };
    expect(await heard('red', forged)).toEqual({ team: 'research', size: '3' });
    expect(await heard('red', { ...forged, ...bearer(red.token({ ...claims, org: {} })) })).toEqual({});
    expect(await heard('either', { 'x-api-key': key, 'x-team': 'forged' })).toEqual({});
    // Nothing is said of these.
    const callersOwn = { team: 'forged', size: 'forged' };
    expect(await heard('open', forged)).toEqual(callersOwn);
    expect(await heard('also-red', forged)).toEqual(callersOwn);
  });

  it('say by claims who pays at the provider, which the caller may not', async () => {
    const paid = async (model: ModelName, project: string | undefined) => {
      const token = bearer(red.token({ ...claims, org: { project } }));
      expect(await askedAs(model, { ...token, 'openai-project': 'forged' })).toBe(200);
      return llm.requests.at(-1)?.headers['openai-project'];
    };
    expect(await paid('red', 'proj-research')).toBe('proj-research');
    expect(await paid('red', undefined)).toBeUndefined();
    expect(await paid('also-red', 'proj-research')).toBeUndefined();
  });

  it('have rules chosen by what the token says, and never by what the caller says', async () => {
    const asked = async (team: string | undefined, headers: Headers = {}) => {
      const token = bearer(red.token({ ...claims, org: { ...(team !== undefined && { team }) } }));
      const is = await askedAs('claimed', { ...token, ...headers });
      const { model } = JSON.parse(String(llm.requests.at(-1)?.body)) as { readonly model: string };
      return is === 200 ? model : is;
    };
    expect(await asked('research')).toBe('for-research');
    expect(await asked('sales')).toBe('for-sales');
    expect(await asked('sales', { 'x-team': 'research' })).toBe('for-sales');
    expect(await asked('others', { 'x-team': 'research' })).toBe('404 model_not_found');
    expect(await asked(undefined, { 'x-team': 'research' })).toBe('404 model_not_found');
    const forged = bearer(stranger.token({ ...claims, org: { team: 'research' } }));
    expect(await askedAs('claimed', { ...forged, 'x-team': 'research' })).toBe('401 invalid_token');
    expect(await askedAs('claimed', { 'x-api-key': key, 'x-team': 'research' })).toBe('401 missing_token');
  });

  it('go to their provider, also where what the token says would match a service of the host', async () => {
    const headers = { ...bearer(red.token(claims)), host: 'beside.test' };
    expect(await askedAs('red', headers)).toBe(200);
    expect(llm.requests.at(-1)?.headers).toMatchObject({ 'x-team': 'research' });
    expect(llm.requests.at(-1)?.headers['x-beside']).toBeUndefined();
    expect(await askedAs('red', { ...headers, 'x-team': 'research' })).toBe(200);
    expect(llm.requests.at(-1)?.headers['x-beside']).toBe('yes');
  });

  it('refuse a wrong token also where none is needed', async () => {
    expect(await askedAs('either', { 'x-api-key': key, 'x-token': blue.token({}) })).toBe(200);
    expect(await askedAs('either', { 'x-api-key': key, 'x-token': stranger.token({}) })).toBe('401 invalid_token');
    expect(await askedAs('either', { 'x-api-key': key, 'x-token': 'no token at all' })).toBe('401 invalid_token');
  });

  it('stay closed as long as the keys of an issuer cannot be fetched', async () => {
    const token = red.token(claims);
    expect(await askedAs('dark', bearer(token))).toBe('503 token_not_verified');
    expect(await askedAs('red', bearer(token))).toBe(200);
    areKeysThere = true;
    await until('Envoy has the keys', async () => (await askedAs('dark', bearer(token))) === 200);
    expect(await askedAs('dark', bearer(stranger.token(claims)))).toBe('401 invalid_token');
  });
});

describe('a SecurityPolicy of an AIGatewayRoute', () => {
  const callers = {
    apiKeyAuth: { credentialRefs: [{ name: 'callers' }], extractFrom: [{ headers: ['x-api-key'] }] },
  };

  it('asks for a token and for one of its own keys', async () => {
    const ana = { 'x-api-key': 'sk-ana-has-enough-characters' };
    const both = policy('red', ofRoute('red'), { ...callers, ...tokensOf(redProvider()) });
    const token = { authorization: `Bearer ${red.token(claims)}` };
    await apply([both, ...usual().slice(1)], async () => (await askedAs('red', { ...ana, ...token })) === 200);
    expect(await askedAs('red', ana)).toBe('401 missing_token');
    expect(await askedAs('red', token)).toBe('401 missing_api_key');
    expect(await askedAs('also-red', { ...ana, ...token })).toBe('403 model_not_allowed');
  });

  it('is enough where somebody stands for all who show no key, and claims tell callers apart', async () => {
    const anonymous = documents(
      apiKey('by-token', 'ANONYMOUS_KEY'),
      document('GatewayPolicy', 'open', { anonymous: { key: 'by-token' } }),
      document('Limit', 'per-team', { requests: 2, window: '1h', per: ['header:x-team'], scope: { models: ['red'] } }),
    );
    const call = (team: string) =>
      askedAs('red', { authorization: `Bearer ${red.token({ ...claims, org: { team } })}`, 'x-team': 'forged' });
    await apply([anonymous, ...usual()], async () => (await call('first')) === 200);
    await until('its limit is reached', async () => (await call('first')) === '429 rate_limit_exceeded');
    expect(await call('second')).toBe(200);
    expect(await askedAs('red', {})).toBe('401 missing_token');
    expect(await askedAs('red', { authorization: `Bearer ${red.token({ ...claims, exp: 1 })}` })).toBe(
      '401 invalid_token',
    );
    expect(await askedAs('open', {})).toBe(200);
  });

  it('closes its route where its keys are not there', async () => {
    const localJWKS = { type: 'ValueRef', valueRef: { group: '', kind: 'ConfigMap', name: 'nowhere' } };
    const faulty = policy('red', ofRoute('red'), tokensOf({ name: 'login', localJWKS }));
    // Otherwise the version that was right before stays.
    await apply(usual().slice(1), async () => (await askedAs('red')) === 200);
    await apply([faulty, ...usual().slice(1)], async () => (await askedAs('red')) === '503 route_closed');
    expect(await askedAs('also-red', bearer(red.token(claims)))).toBe(200);
  });

  it('leaves its route open again when it is gone', async () => {
    await gateway.remove('policies.yaml');
    await until(
      'nobody asks for tokens',
      async () => (await askedAs('red')) === 200 && (await askedAs('blue')) === 200,
    );
    expect(await askedAs('red', bearer(red.token(claims)))).toBe('401 invalid_api_key');
  });
});
