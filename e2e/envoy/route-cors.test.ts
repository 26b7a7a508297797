import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aiRoute, localBackend, modelRule, onListeners } from '../support/ai-gateway-manifests.ts';
import { attachedPolicy, type PolicyTarget } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents, gatewayDocument } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/*
 * Pages that may call one AIGatewayRoute. Browsers ask with a host and without a body, so a route is told from others by the
 * listener that it has to itself.
 */

const key = 'sk-a-key-of-enough-characters';
const [gatewayPage, routePage] = ['https://gateway.example.com', 'https://route.example.com'];

let llm: RecordingProvider;
let gateway: TestGateway;

const policy = (name: string, target: PolicyTarget, origin: string): string =>
  attachedPolicy('SecurityPolicy', name, target, { cors: { allowOrigins: [origin] } });

const manifests = (port: number): string =>
  documents(
    gatewayDocument([
      { name: 'all', port },
      { name: 'own', port, hostname: 'own.test' },
      { name: 'shared', port, hostname: 'shared.test' },
    ]),
    localBackend({ name: 'llm', port: llm.port }),
    aiRoute('usual', [modelRule('usual')], onListeners('all', 'shared')),
    aiRoute('browsed', [modelRule('browsed')], onListeners('own', 'shared')),
    policy('of-gateway', { kind: 'Gateway', name: 'test' }, gatewayPage),
    policy('of-route', { kind: 'HTTPRoute', name: 'browsed' }, routePage),
    apiKey('me', 'KEY'),
  );

const preflight = async (host: string, origin: string) => {
  const { headers } = await rawRequest(gateway.port, {
    method: 'OPTIONS',
    path: '/v1/chat/completions',
    headers: { host, origin, 'access-control-request-method': 'POST' },
  });
  return headers['access-control-allow-origin'] === origin;
};

const ask = async (host: string, model: string, origin: string) => {
  const { status, headers } = await rawRequest(gateway.port, {
    path: '/v1/chat/completions',
    headers: { host, origin, 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  });
  return { status, isReadable: headers['access-control-allow-origin'] === origin };
};

beforeAll(async () => {
  llm = await startRecordingProvider((response) =>
    answerJson(response, 200, { choices: [{ message: { role: 'assistant', content: 'hi' } }] }),
  );
  gateway = await startGateway({ env: { KEY: key }, policy: (port) => ({ 'routes.yaml': manifests(port) }) });
  await until('pages may call', () => preflight('own.test', routePage));
});

afterAll(async () => {
  await gateway?.stop();
  await llm?.close();
});

describe('cors of an AIGatewayRoute', () => {
  it('is in force on the listener that the route has to itself, in place of that of the Gateway', async () => {
    expect(await preflight('own.test', gatewayPage)).toBe(false);
    expect(await ask('own.test', 'browsed', routePage)).toEqual({ status: 200, isReadable: true });
    expect(await ask('own.test', 'browsed', gatewayPage)).toEqual({ status: 200, isReadable: false });
  });

  it('changes nothing for others', async () => {
    expect(await preflight('any.test', gatewayPage)).toBe(true);
    expect(await preflight('any.test', routePage)).toBe(false);
    expect(await ask('any.test', 'usual', gatewayPage)).toEqual({ status: 200, isReadable: true });
  });

  it('is said not to be in force where others of the listener want other origins', async () => {
    expect(await preflight('shared.test', routePage)).toBe(false);
    expect(await preflight('shared.test', gatewayPage)).toBe(true);
    const { problems } = gateway.plane.status().documents.find(({ id }) => id === 'SecurityPolicy/of-route') ?? {};
    expect(problems?.map(({ message }) => message)).toEqual([
      expect.stringContaining('is not in force for AIGatewayRoute "browsed" on listener "shared"'),
    ]);
  });
});
