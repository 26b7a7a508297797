import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendManifest, secretOf } from '../support/ai-gateway-manifests.ts';
import { applying } from '../support/applying.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { below, httpRoute, leadTo } from '../support/http-route.ts';
import { tokenIssuer } from '../support/json-web-token.ts';
import { apiKey, document, documents, model, provider } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/*
 * SecurityPolicies on a real Envoy: who may call models, and who may call ordinary services beside them.
 */

const issuer = tokenIssuer();
const stranger = tokenIssuer();
const keys = { alice: 'sk-alice-has-enough-characters', bob: 'sk-bob-has-enough-characters' };

let llm: RecordingProvider;
let service: RecordingProvider;
let keySet: RecordingProvider;
let gateway: TestGateway;

const routes = (): string =>
  documents(
    backendManifest('service', service.port),
    httpRoute('service', [leadTo('service', [below('/service')])]),
    secretOf('callers', keys),
  );

const policy = (kind: 'Gateway' | 'HTTPRoute', spec: Readonly<Record<string, unknown>>): string =>
  attachedPolicy('SecurityPolicy', kind.toLowerCase(), { kind, name: kind === 'Gateway' ? 'test' : 'service' }, spec);

const apiKeyAuth = (more: Readonly<Record<string, unknown>> = {}) => ({
  apiKeyAuth: { credentialRefs: [{ name: 'callers' }], extractFrom: [{ headers: ['x-api-key'] }], ...more },
});

const jwt = (more: Readonly<Record<string, unknown>> = {}) => ({
  jwt: {
    providers: [
      {
        name: 'login',
        issuer: 'https://login.example.com',
        audiences: ['models'],
        localJWKS: { type: 'Inline', inline: issuer.keySet },
        claimToHeaders: [{ claim: 'org.team', header: 'x-team' }],
        ...more,
      },
    ],
  },
});

const claims = { iss: 'https://login.example.com', aud: 'models', org: { team: 'research' } };

type Headers = Readonly<Record<string, string>>;

const ask = (headers: Headers) =>
  rawRequest(gateway.port, {
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'hello' }] }),
  });

const visit = (headers: Headers = {}, method = 'GET') =>
  rawRequest(gateway.port, { method, path: '/service', headers });

const apply = applying(() => gateway);

beforeAll(async () => {
  const completion = { choices: [{ message: { role: 'assistant', content: 'hi' } }] };
  llm = await startRecordingProvider((response) => answerJson(response, 200, completion));
  service = await startRecordingProvider((response, { headers }) => answerJson(response, 200, headers));
  keySet = await startRecordingProvider((response) => answerJson(response, 200, JSON.parse(issuer.keySet)));
  gateway = await startGateway({
    env: {
      PROVIDER_KEY: 'provider-secret',
      ANONYMOUS_KEY: 'sk-nobody-shows-this-one',
      OTHER_KEY: 'sk-other-has-enough-characters',
    },
    policy: {
      'routes.yaml': routes(),
      'models.yaml': documents(
        provider('llm', `http://127.0.0.1:${llm.port}/v1`, { credential: { apiKey: { env: 'PROVIDER_KEY' } } }),
        model('small', ['llm/real']),
      ),
    },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await keySet?.close();
  await service?.close();
  await llm?.close();
});

describe('keys of a SecurityPolicy', () => {
  it('let its clients call models, and services only with a key', async () => {
    await apply([policy('Gateway', apiKeyAuth())], async () => (await visit()).status === 401);
    await until('the processor has the keys', async () => (await ask({ 'x-api-key': keys.alice })).status === 200);
    expect((await ask({ authorization: `Bearer ${keys.bob}` })).status).toBe(200);
    expect((await ask({ 'x-api-key': 'sk-somebody-else-altogether' })).status).toBe(401);
    expect((await visit({ 'x-api-key': keys.bob })).status).toBe(200);
    expect((await visit({ 'x-api-key': 'sk-somebody-else-altogether' })).status).toBe(401);
    expect(llm.requests.at(-1)?.headers).toMatchObject({ authorization: 'Bearer provider-secret' });
    expect(JSON.stringify(llm.requests)).not.toContain(keys.bob);
  });

  it('can be hidden from a service, which learns who it is', async () => {
    const more = { forwardClientIDHeader: 'x-client', sanitize: true };
    await apply([policy('HTTPRoute', apiKeyAuth(more))], async () => {
      const { status, text } = await visit({ 'x-api-key': keys.bob, 'x-client': 'forged' });
      return status === 200 && (JSON.parse(text) as IncomingHttpHeaders)['x-client'] === 'bob';
    });
    expect((await visit({ 'x-api-key': keys.bob })).text).not.toContain(keys.bob);
  });
});

describe('a SecurityPolicy that is wrong', () => {
  const stateOf = () => gateway.plane.status().documents.find(({ id }) => id === 'SecurityPolicy/httproute')?.state;
  const wrong = policy('HTTPRoute', { ...apiKeyAuth(), authorization: { defaultAction: 'Deny' } });

  it('lets nothing through that it is for, if it was never right', async () => {
    await apply([apiKey('other', 'OTHER_KEY')], async () => (await visit()).status === 200);
    await apply([apiKey('other', 'OTHER_KEY'), wrong], async () => (await visit()).status === 500);
    expect((await visit({ 'x-api-key': keys.bob })).status).toBe(500);
    expect(stateOf()).toBe('rejected');
    await until(
      'models are served',
      async () => (await ask({ 'x-api-key': 'sk-other-has-enough-characters' })).status === 200,
    );
  });

  it('stays as it was, if it was right before', async () => {
    await apply([policy('HTTPRoute', apiKeyAuth())], async () => (await visit()).status === 401);
    await apply([wrong], async () => stateOf() === 'stale');
    expect((await visit()).status).toBe(401);
    expect((await visit({ 'x-api-key': keys.bob })).status).toBe(200);
  });
});

describe('tokens of a SecurityPolicy', () => {
  it('are checked for a service, and say something about the caller', async () => {
    await apply([policy('HTTPRoute', jwt())], async () => (await visit()).status === 401);
    const call = (token: string) => visit({ authorization: `Bearer ${token}`, 'x-team': 'forged' });
    const good = await call(issuer.token(claims));
    expect(good.status).toBe(200);
    expect((JSON.parse(good.text) as IncomingHttpHeaders)['x-team']).toBe('research');
    expect((await call(stranger.token(claims))).status).toBe(401);
    expect((await call(issuer.token({ ...claims, iss: 'https://elsewhere.example.com' }))).status).toBe(401);
    expect((await call(issuer.token({ ...claims, aud: 'others' }))).status).toBe(403);
    expect((await call(issuer.token({ ...claims, exp: 1 }))).status).toBe(401);
  });

  it('are asked for besides the key where models answer', async () => {
    const both = { ...apiKeyAuth(), ...jwt() };
    const bearer = `Bearer ${issuer.token(claims)}`;
    await apply([policy('Gateway', both)], async () => (await ask({ 'x-api-key': keys.alice })).status === 401);
    await until('both are enough', async () => {
      const { status } = await ask({ 'x-api-key': keys.alice, authorization: bearer });
      return status === 200;
    });
    expect((await ask({ authorization: bearer })).status).toBe(401);
    expect(llm.requests.at(-1)?.headers).toMatchObject({ authorization: 'Bearer provider-secret' });
    expect(llm.requests.at(-1)?.headers['x-team']).toBe('research');
  });

  it('are enough where somebody stands for all who show no key, and claims tell callers apart', async () => {
    const anonymous = documents(
      apiKey('by-token', 'ANONYMOUS_KEY'),
      document('GatewayPolicy', 'open', { anonymous: { key: 'by-token' } }),
      document('Limit', 'per-team', { requests: 2, window: '1h', per: ['header:x-team'] }),
    );
    const call = (team: string) => ask({ authorization: `Bearer ${issuer.token({ ...claims, org: { team } })}` });
    await apply([anonymous, policy('Gateway', jwt())], async () => (await call('first')).status === 200);
    await until('its limit is reached', async () => (await call('first')).status === 429);
    expect((await call('second')).status).toBe(200);
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: `Bearer ${stranger.token(claims)}` })).status).toBe(401);
  });

  it('are checked with keys that are fetched', async () => {
    const remoteJWKS = { uri: `http://127.0.0.1:${keySet.port}/keys` };
    await apply([policy('HTTPRoute', jwt({ localJWKS: undefined, remoteJWKS }))], async () => {
      const { status } = await visit({ authorization: `Bearer ${issuer.token(claims)}` });
      return status === 200 && keySet.requests.length > 0;
    });
    expect((await visit({ authorization: `Bearer ${stranger.token(claims)}` })).status).toBe(401);
  });
});

describe('cross-origin calls by a SecurityPolicy', () => {
  const cors = { cors: { allowOrigins: ['https://app.example.com'], allowMethods: ['GET'], maxAge: '30s' } };
  const preflight = (origin: string) => visit({ origin, 'access-control-request-method': 'GET' }, 'OPTIONS');

  it('are open for the pages that it names', async () => {
    await apply([policy('HTTPRoute', cors)], async () => {
      const { headers } = await preflight('https://app.example.com');
      return headers['access-control-allow-origin'] === 'https://app.example.com';
    });
    expect((await preflight('https://app.example.com')).headers).toMatchObject({ 'access-control-max-age': '30' });
    expect((await preflight('https://other.example.com')).headers['access-control-allow-origin']).toBeUndefined();
  });
});
