import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendManifest, secretOf } from '../support/ai-gateway-manifests.ts';
import { applying } from '../support/applying.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { extensionPolicy, gatewayTarget, onRequest, routeTarget } from '../support/extended-gateway.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { below, httpRoute, leadTo, marking } from '../support/http-route.ts';
import { apiKey, documents, model, provider } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import {
  type Answer,
  headerOf,
  type ScriptedProcessor,
  startScriptedProcessor,
} from '../support/scripted-processor.ts';

/*
 * HTTPRoutes whose own filters change a request so that another route answers it, on a real Envoy. It chooses the filters
 * that a request meets by the route that the caller has asked for.
 */

const keys = { bob: 'sk-bob-has-enough-characters' };
const callersKey = 'sk-a-key-of-enough-characters';

let llm: RecordingProvider;
let service: RecordingProvider;
let steering: ScriptedProcessor;
let gateway: TestGateway;

const route = (name: string, match: Readonly<Record<string, unknown>>): string =>
  httpRoute(name, [leadTo('service', [match], { filters: [marking('x-route', name)] })]);

const wantsKeys = (route: string): string =>
  attachedPolicy(
    'SecurityPolicy',
    'keys',
    { kind: 'HTTPRoute', name: route },
    { apiKeyAuth: { credentialRefs: [{ name: 'callers' }], extractFrom: [{ headers: ['x-api-key'] }] } },
  );

const script = (code: string) => ({ lua: [{ type: 'Inline', inline: onRequest(code) }] });
/** Does to a request what the caller says, as a filter might that is written without care. */
const steers = script(`
local headers = handle:headers()
if headers:get("x-want-team") then headers:replace("x-team", headers:get("x-want-team")) end
if headers:get("x-want-path") then headers:replace(":path", headers:get("x-want-path")) end
`);
const marks = script('handle:headers():replace("x-marked", "yes")');
const asksSteering = {
  extProc: [
    {
      backendRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'steering' }],
      processingMode: { request: {} },
    },
  ],
};

/** An answer that has the route chosen anew. */
function steer({ kind, message }: Parameters<Parameters<typeof startScriptedProcessor>[0]>[0]): Answer {
  const team = headerOf(message, 'x-want-team');
  if (kind !== 'requestHeaders' || team === undefined) return { response: { case: kind, value: {} } } as Answer;
  const setHeaders = [{ header: { key: 'x-team', rawValue: Buffer.from(team) } }];
  return { response: { case: kind, value: { response: { headerMutation: { setHeaders }, clearRouteCache: true } } } };
}

type Headers = Readonly<Record<string, string>>;

async function visit(headers: Headers = {}, path = '/service') {
  const { status, text } = await rawRequest(gateway.port, { method: 'GET', path, headers });
  if (status !== 200) return { status };
  const seen = JSON.parse(text) as IncomingHttpHeaders;
  return { route: seen['x-route'], marked: seen['x-marked'] };
}

async function ask(path: string, headers: Headers = {}): Promise<number> {
  const { status } = await rawRequest(gateway.port, {
    path,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${callersKey}`, ...headers },
    body: JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'hello' }] }),
  });
  return status;
}

const wanted = { 'x-want-team': 'research' };
const withKey = { 'x-api-key': keys.bob };
const apply = applying(() => gateway);

beforeAll(async () => {
  const completion = { choices: [{ message: { role: 'assistant', content: 'hi' } }] };
  llm = await startRecordingProvider((response) => answerJson(response, 200, completion));
  service = await startRecordingProvider((response, { headers }) => answerJson(response, 200, headers));
  steering = await startScriptedProcessor(steer);
  gateway = await startGateway({
    env: { KEY: callersKey, PROVIDER_KEY: 'provider-secret' },
    policy: {
      'services.yaml': documents(
        backendManifest('service', service.port),
        backendManifest('steering', steering.port),
        route('all', below('/service')),
        route('research', { ...below('/service'), headers: [{ name: 'x-team', value: 'research' }] }),
        route('elsewhere', below('/elsewhere')),
        provider('llm', `http://127.0.0.1:${llm.port}/v1`, { credential: { apiKey: { env: 'PROVIDER_KEY' } } }),
        model('small', ['llm/real']),
        apiKey('me', 'KEY'),
        secretOf('callers', keys),
      ),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  steering?.close();
  await service?.close();
  await llm?.close();
});

describe('a filter that has the route of a request chosen anew', () => {
  it('leads to routes whose filters the request has met', async () => {
    await apply(
      [extensionPolicy('steers', gatewayTarget, steers)],
      async () => (await visit(wanted)).route === 'research',
    );
    expect(await visit()).toMatchObject({ route: 'all' });
    expect(await visit({ 'x-want-path': '/elsewhere' })).toMatchObject({ route: 'elsewhere' });
  });

  it.each([
    ['a script', () => extensionPolicy('steers', routeTarget('all'), steers)],
    ['a processor', () => extensionPolicy('steers', routeTarget('all'), asksSteering)],
    ['a script of the whole Gateway', () => extensionPolicy('steers', gatewayTarget, steers)],
  ])('leads nobody past the keys of another route: %s', async (_, policy) => {
    await apply([policy(), wantsKeys('research')], async () => {
      const asked = await visit({ 'x-team': 'research' });
      return asked.status === 401 && (await visit(wanted)).route !== 'all';
    });
    expect(await visit(wanted)).toEqual({ status: 500 });
    expect(await visit({ ...wanted, ...withKey })).toEqual({ status: 500 });
    expect(await visit()).toMatchObject({ route: 'all' });
    expect(await visit({ 'x-team': 'research', ...withKey })).toMatchObject({ route: 'research' });
  });

  it('leads nobody past the script of another route', async () => {
    const policies = [
      extensionPolicy('steers', routeTarget('all'), steers),
      extensionPolicy('marks', routeTarget('elsewhere'), marks),
    ];
    await apply(policies, async () => (await visit({}, '/elsewhere')).marked === 'yes');
    expect(await visit({ 'x-want-path': '/elsewhere' })).toEqual({ status: 500 });
    expect(await visit(wanted)).toMatchObject({ route: 'research' });
  });

  it('leads to routes that ask for less', async () => {
    const policies = [
      extensionPolicy('steers', routeTarget('all'), steers),
      wantsKeys('all'),
      extensionPolicy('marks', routeTarget('elsewhere'), marks),
    ];
    await apply(
      policies,
      async () => (await visit()).status === 401 && (await visit({}, '/elsewhere')).marked === 'yes',
    );
    expect(await visit(wanted)).toEqual({ status: 401 });
    expect(await visit({ ...wanted, ...withKey })).toMatchObject({ route: 'research' });
  });

  it('leads nobody to models past the filters of their Gateway', async () => {
    const policies = [
      extensionPolicy('marks', gatewayTarget, marks),
      extensionPolicy('steers', routeTarget('all'), steers),
    ];
    await apply(
      policies,
      async () => (await visit({}, '/elsewhere')).marked === 'yes' && (await visit(wanted)).route !== 'all',
    );
    expect(await ask('/v1/chat/completions')).toBe(200);
    expect(llm.requests.at(-1)?.headers).toMatchObject({ 'x-marked': 'yes' });
    expect(await ask('/service', { 'x-want-path': '/v1/chat/completions' })).toBe(500);
  });
});
