import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aiRoute, localBackend, modelRule, onListeners } from '../support/ai-gateway-manifests.ts';
import { attachedPolicy, type PolicyTarget } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { tokenIssuer } from '../support/json-web-token.ts';
import { apiKey, documents, gatewayDocument } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/*
 * Tokens and filters for AIGatewayRoutes: filters are refused, since they would have to know the model first; tokens are
 * checked, in front of everything where a listener belongs to the route alone. Several routes of one listener have a test
 * of their own (route-tokens).
 */

const key = 'sk-a-key-of-enough-characters';
const issuer = tokenIssuer();

let llm: RecordingProvider;
let gateway: TestGateway;

const routes = (port: number): string =>
  documents(
    gatewayDocument([
      { name: 'all', port },
      { name: 'team', port, hostname: 'team.test' },
    ]),
    localBackend({ name: 'llm', port: llm.port }),
    aiRoute('open', [modelRule('open')], onListeners('all')),
    aiRoute('guarded', [modelRule('guarded')], onListeners('team')),
    apiKey('me', 'KEY'),
  );

const security = (target: PolicyTarget): string => attachedPolicy('SecurityPolicy', 'guard', target, { jwt });
const ofRoute: PolicyTarget = { kind: 'HTTPRoute', name: 'guarded' };
const ofListener: PolicyTarget = { kind: 'Gateway', name: 'test', sectionName: 'team' };
const jwt = {
  providers: [{ name: 'login', localJWKS: { inline: issuer.keySet }, extractFrom: { headers: [{ name: 'x-token' }] } }],
};

/** What was answered last. */
let answer: unknown;

const ask = async (model: string, headers: Readonly<Record<string, string>> = {}): Promise<number> => {
  const host = model === 'guarded' ? 'team.test' : 'other.test';
  const { status, text } = await rawRequest(gateway.port, {
    path: '/v1/chat/completions',
    headers: { host, 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  });
  answer = JSON.parse(text);
  return status;
};

const said = () =>
  gateway.plane
    .status()
    .documents.find(({ id }) => id.endsWith('/guard'))
    ?.problems.map(({ message }) => message);

const becomes = (status: number) =>
  until(`the guarded route answers ${status}`, async () => (await ask('guarded')) === status, { seen: said });

beforeAll(async () => {
  llm = await startRecordingProvider((response) =>
    answerJson(response, 200, { choices: [{ message: { role: 'assistant', content: 'hi' } }] }),
  );
  gateway = await startGateway({
    env: { KEY: key },
    policy: (port) => ({ 'routes.yaml': routes(port) }),
  });
});

afterAll(async () => {
  await gateway?.stop();
  await llm?.close();
});

describe('an AIGatewayRoute', () => {
  it('has its tokens checked where they are asked for by its own policy', async () => {
    await becomes(200);
    await gateway.write('policy.yaml', security(ofRoute));
    await becomes(401);
    expect(await ask('guarded', { 'x-token': issuer.token({}) })).toBe(200);
    expect(await ask('open')).toBe(200);
    await gateway.remove('policy.yaml');
    await becomes(200);
  });

  it('refuses requests while a policy wants tokens for a rule that it has not', async () => {
    await gateway.write('policy.yaml', security({ ...ofRoute, sectionName: 'rule' }));
    await becomes(503);
    expect(await ask('guarded', { 'x-token': issuer.token({}) })).toBe(503);
    expect(answer).toMatchObject({ error: { code: 'route_closed', policy: 'SecurityPolicy/guard' } });
    expect(await ask('open')).toBe(200);
    expect(said()?.join()).toContain('HTTPRoute "guarded" has no rule "rule"');
    await gateway.remove('policy.yaml');
    await becomes(200);
  });

  it('refuses requests while a policy wants a filter for them that nobody runs', async () => {
    const lua = [{ type: 'Inline', inline: 'function envoy_on_request(handle) end' }];
    await gateway.write('policy.yaml', attachedPolicy('EnvoyExtensionPolicy', 'guard', ofRoute, { lua }));
    await becomes(503);
    expect(await ask('open')).toBe(200);
    await gateway.remove('policy.yaml');
    await becomes(200);
  });

  it('has its tokens checked where they are asked for on a listener of its own', async () => {
    await gateway.write('policy.yaml', security(ofListener));
    await becomes(401);
    expect(await ask('guarded', { 'x-token': issuer.token({}) })).toBe(200);
    expect(await ask('guarded', { 'x-token': tokenIssuer().token({}) })).toBe(401);
    expect(await ask('open')).toBe(200);
    await gateway.remove('policy.yaml');
  });
});
