import { afterAll, beforeAll, expect, it } from 'vitest';
import { envoyLogArguments } from '../../src/controller/provision/render/envoy-log.ts';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents, model, provider } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';

/*
 * What all processes write at their most talkative level, with something planted wherever a secret may stand.
 */

const planted = {
  caller: 'sk-sluice-planted-caller-key',
  provider: 'planted-provider-key',
  own: 'planted-own-key',
  query: 'planted-in-the-query',
  cookie: 'planted-in-a-cookie',
  prompt: 'planted in the prompt',
};

let practice: Practice;
let gateway: TestGateway;

beforeAll(async () => {
  practice = await startPractice();
  process.env.SLUICE_LOG_LEVEL = 'trace';
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('first', `${practice.url}/first/v1`, { credential: { apiKey: { env: 'PROVIDER_KEY' } } }),
        provider('second', `${practice.url}/second/v1`, { credential: { apiKey: { env: 'PROVIDER_KEY' } } }),
        model('small', ['first/fail-503', 'second/two'], { retry: { coolDown: { failures: 0 } } }),
        apiKey('ana', 'CALLER_KEY', { credentials: [{ provider: 'second', apiKey: { env: 'OWN_KEY' } }] }),
      ),
    },
    env: { CALLER_KEY: planted.caller, PROVIDER_KEY: planted.provider, OWN_KEY: planted.own },
    envoyArgs: [...envoyLogArguments('trace', false), '--file-flush-interval-msec', '20'],
  });
  delete process.env.SLUICE_LOG_LEVEL;
});

afterAll(async () => {
  await gateway?.stop();
  await practice?.close();
});

it.each([{ stream: false }, { stream: true }])('nothing of it is a secret or a prompt: %j', async ({ stream }) => {
  const { status, headers } = await rawRequest(gateway.port, {
    path: `/v1/chat/completions?trace=${planted.query}`,
    headers: {
      authorization: `Bearer ${planted.caller}`,
      'content-type': 'application/json',
      cookie: `session=${planted.cookie}`,
    },
    body: JSON.stringify({ model: 'small', stream, messages: [{ role: 'user', content: planted.prompt }] }),
  });
  expect([status, headers['x-sluice-attempts']]).toEqual([200, 'first/fail-503,second/two']);
  await expect.poll(() => gateway.envoy.log()).toContain(`"request_id":"${String(headers['x-request-id'])}"`);
  const written = {
    'Envoy at trace': gateway.envoy.log(),
    'the processor at trace': gateway.processors.map((processor) => processor.log()).join('\n'),
    'the control plane': gateway.log(),
    metrics: (await gateway.processors[0]?.metrics()) ?? '',
  };
  expect(written['Envoy at trace']).toContain('[trace]');
  for (const [where, text] of Object.entries(written)) {
    for (const [what, value] of Object.entries(planted))
      expect(text.includes(value), `${what} in ${where}`).toBe(false);
  }
});
