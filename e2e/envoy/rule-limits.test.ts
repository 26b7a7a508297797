import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiRoute, localBackend, modelRule } from '../support/ai-gateway-manifests.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, document, documents } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/*
 * A BackendTrafficPolicy with limits for one rule of an AIGatewayRoute, beside one for the route; one whose limit only
 * shows what it would do; and one that charges for answers, whatever they are.
 */

const key = 'sk-a-key-of-enough-characters';

let llm: RecordingProvider;
let gateway: TestGateway;

const limit = (name: string, target: object, requests: number, more: object = {}): string =>
  attachedPolicy(
    'BackendTrafficPolicy',
    name,
    { kind: 'HTTPRoute', name: 'chat', ...target },
    { rateLimit: { type: 'Global', global: { rules: [{ limit: { requests, unit: 'Year' }, ...more }] } } },
  );

const perAnswer = { request: { from: 'Number', number: 0 }, response: { from: 'Number', number: 2 } };

const manifests = (): string =>
  documents(
    localBackend({ name: 'llm', port: llm.port }),
    aiRoute(
      'chat',
      ['dear', 'cheap', 'other'].map((name) => modelRule(name, { name })),
    ),
    aiRoute('seen', [modelRule('seen')]),
    aiRoute('charged', [modelRule('refused-there')]),
    limit('of-route', {}, 3),
    limit('of-rule', { sectionName: 'dear' }, 1),
    limit('of-seen', { name: 'seen' }, 1, { shadowMode: true }),
    limit('of-charged', { name: 'charged' }, 3, { cost: perAnswer }),
    document('GatewayPolicy', 'records', { records: { usage: { stdout: true } } }),
    apiKey('me', 'KEY'),
  );

const post = (model: string) =>
  rawRequest(gateway.port, {
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  });

const ask = async (model: string): Promise<number> => (await post(model)).status;

beforeAll(async () => {
  llm = await startRecordingProvider((response, { body }) => {
    const message = { role: 'assistant', content: 'hi' };
    if (body.includes('refused-there')) answerJson(response, 400, { error: { message: 'not like this' } });
    else answerJson(response, 200, { choices: [{ message }] });
  });
  gateway = await startGateway({ env: { KEY: key }, policy: { 'routes.yaml': manifests() } });
  await until('the route is there', async () => (await ask('nowhere')) === 404);
});

afterAll(async () => {
  await gateway?.stop();
  await llm?.close();
});

it('a rule has limits of its own in place of those of its route, which count the others together', async () => {
  expect([await ask('dear'), await ask('dear')]).toEqual([200, 429]);
  expect([await ask('cheap'), await ask('other'), await ask('cheap'), await ask('other')]).toEqual([
    200, 200, 200, 429,
  ]);
  expect(await ask('dear')).toBe(429);
});

it('a limit in shadow mode lets everybody through, and tells the operator alone whom it would have refused', async () => {
  const answers = [await post('seen'), await post('seen'), await post('seen')];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  for (const { headers } of answers) {
    expect(Object.keys(headers).filter((name) => /ratelimit|retry-after|sluice-limit/.test(name))).toEqual([]);
  }
  const name = 'BackendTrafficPolicy/of-seen/0';
  const [processor] = gateway.processors;
  const shown = await processor?.metrics();
  expect(shown).toContain(`sluice_limit_decisions_total{limit="${name}",outcome="admitted"} 1`);
  expect(shown).toContain(`sluice_limit_decisions_total{limit="${name}",outcome="exceeded"} 2`);
  const recorded = () => (processor?.log() ?? '').split('\n').filter((line) => line.includes(`"exceeded":["${name}"]`));
  await until('both are in the records', () => recorded().length === 2);
});

it('a limit on answers charges each when it is over, also one that the provider has refused', async () => {
  const model = 'refused-there';
  expect([await ask(model), await ask(model), await ask(model)]).toEqual([400, 400, 429]);
});
