import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aiRoute, costLimit, gatewayOfOneCaller, localBackend, modelRule } from '../support/ai-gateway-manifests.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { documents } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/* Limits on what requests cost in words of their own, of manifests written for Envoy AI Gateway, on a real Envoy. */

const key = 'a-client-key-of-enough-characters';

/** 50 plain, 50 cached, and 20 tokens of output: 50 + 5 + 120. */
const usage = {
  ...{ prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  prompt_tokens_details: { cached_tokens: 50 },
  completion_tokens_details: { reasoning_tokens: 20 },
};
const weighted = '(input_tokens - cached_input_tokens) + cached_input_tokens / 10u + output_tokens * 6u';

let gateway: TestGateway;
let provider: RecordingProvider;
/** Answers that a test gives when it likes. */
const waiting: (() => void)[] = [];

/** A route `name` for a model, with limits on what it costs. */
const routeWithLimits = (name: string, model: string, llmRequestCosts: readonly object[], limits: readonly object[]) =>
  documents(
    aiRoute(name, [modelRule(model)], { llmRequestCosts }),
    attachedPolicy(
      'BackendTrafficPolicy',
      name,
      { kind: 'HTTPRoute', name },
      { rateLimit: { global: { rules: limits } } },
    ),
  );

/** A limit on a cost for those who say that they are counted. */
const limited = (model: string, cel: string): string =>
  routeWithLimits(
    model,
    model,
    [{ metadataKey: model, type: 'CEL', cel }],
    [costLimit(model, { name: 'x-counted', value: 'yes' }, 130, 'Day')],
  );

const route = routeWithLimits(
  'chat',
  'llama',
  [
    {
      metadataKey: 'weighted',
      type: 'CEL',
      cel: `backend == 'llm.default' && model.startsWith('lla') ? ${weighted} : 100000u`,
    },
    { metadataKey: 'reasoning', type: 'ReasoningToken' },
    { metadataKey: 'input', type: 'InputToken' },
    { metadataKey: 'total', type: 'TotalToken' },
  ],
  [
    costLimit('weighted', { name: 'x-by-weighted', type: 'Distinct' }, 700, 'Day'),
    costLimit('reasoning', { name: 'x-by-reasoning', type: 'Distinct' }, 200, 'Day'),
    costLimit('input', { name: 'x-by-input', type: 'Distinct' }, 10, 'Hour'),
    costLimit('total', { name: 'x-by-total', type: 'Distinct' }, 1000, 'Hour'),
  ],
);

function answer(response: ServerResponse, isStream: boolean): void {
  const said = { role: 'assistant', content: 'Hello' };
  if (!isStream) {
    answerJson(response, 200, {
      ...{ id: 'c', object: 'chat.completion', created: 1, model: 'llama', usage },
      choices: [{ index: 0, message: said, finish_reason: 'stop' }],
    });
    return;
  }
  const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'llama' };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(
    `data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta: said, finish_reason: 'stop' }] })}\n\n`,
  );
  response.write(`data: ${JSON.stringify({ ...chunk, choices: [], usage })}\n\n`);
  response.end('data: [DONE]\n\n');
}

beforeAll(async () => {
  provider = await startRecordingProvider((response, { body }) => {
    const { stream, user } = JSON.parse(body) as { readonly stream?: boolean; readonly user?: string };
    if (user === 'patient') waiting.push(() => answer(response, false));
    else answer(response, stream === true);
  });
  gateway = await startGateway({
    policy: (port) => ({
      'gateway.yaml': gatewayOfOneCaller(port, key),
      'backend.yaml': localBackend({ name: 'llm', port: provider.port }),
      'route.yaml': route,
    }),
  });
});

afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
});

async function ask(headers: Readonly<Record<string, string>>, body: object) {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'llama', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 20, ...body }),
  });
  return { status: response.status, text: await response.text() };
}

/**
 * How many pass until one is refused. What one used is settled a moment after its answer; until then it holds half of what
 * is left, so that some come in between.
 */
async function servedUntilRefused(headers: Readonly<Record<string, string>>, body: object): Promise<number> {
  const before = provider.requests.length;
  await until('one is refused', async () => (await ask(headers, body)).status === 429);
  return provider.requests.length - before;
}
const inBetween = 6;

describe('a limit on a cost of its own', () => {
  it('is used up when so many weighted tokens are, of answers and of streams', async () => {
    const ana = (body: object = {}) => ask({ 'x-by-weighted': 'ana' }, body);
    // 175 each: four of them are 700.
    expect((await ana()).status).toBe(200);
    expect((await ana({ stream: true })).status).toBe(200);
    expect((await ana()).status).toBe(200);
    expect((await ana({ stream: true })).status).toBe(200);
    // What the last one used is settled a moment after its answer.
    const refused: string[] = [];
    await until(
      'all of it is used',
      async () => {
        const { status, text } = await ana();
        refused.push(text);
        return status === 429 && text.includes('has 0 cost units left');
      },
      { seen: () => refused.at(-1) },
    );
    expect(provider.requests.length).toBeLessThan(4 + inBetween);
    expect((await ask({ 'x-by-weighted': 'ben' }, {})).status).toBe(200);
  });

  it('lets requests in that can cost more than is left, until nothing is', async () => {
    const eva = (body: object) => ask({ 'x-by-weighted': 'eva' }, body);
    const large = { max_tokens: 4096 };
    const first = eva({ ...large, user: 'patient' });
    await until('the provider has it', () => waiting.length === 1);
    const beside = await eva(large);
    expect(beside.status, beside.text).toBe(200);
    waiting.pop()?.();
    expect((await first).status).toBe(200);
    // 175 of 700 each.
    expect([(await eva(large)).status, (await eva(large)).status]).toEqual([200, 200]);
    const refused: string[] = [];
    await until(
      'all of it is used',
      async () => {
        const { status, text } = await eva({ max_tokens: 1 });
        refused.push(text);
        return status === 429 && text.includes('has 0 cost units left. Try again in');
      },
      { seen: () => refused.at(-1) },
    );
  });

  it.each([
    ['ten tokens of input an hour, of which the first takes a hundred', 'x-by-input', { max_tokens: 20 }, 1],
    ['a thousand tokens an hour, for clients that ask for more', 'x-by-total', { max_tokens: 4096 }, 9],
  ])('is in force as documented: %s', async (_, header, body, served) => {
    for (const caller of ['ana', 'ben']) {
      const passed = await servedUntilRefused({ [header]: caller }, body);
      expect(passed).toBeGreaterThanOrEqual(served);
      expect(passed).toBeLessThan(served + inBetween);
    }
  });

  it('counts kinds of tokens on their own', async () => {
    // 20 each, of 200.
    const passed = await servedUntilRefused({ 'x-by-reasoning': 'ana' }, {});
    expect(passed).toBeGreaterThanOrEqual(10);
    expect(passed).toBeLessThan(10 + inBetween);
  });
});

describe('a limit whose cost is wrong', () => {
  const counted = { 'x-counted': 'yes' };
  const becomes = (status: number, model: string, body: object = {}) =>
    until(`${model} answers ${status}`, async () => (await ask(counted, { model, ...body })).status === status);

  it('lets nothing through that it is for where it was never right, and everything else', async () => {
    await gateway.write('wrong.yaml', limited('wrong', 'output_tokens * 6'));
    await becomes(503, 'wrong');
    const refused = await ask(counted, { model: 'wrong' });
    expect(JSON.parse(refused.text)).toMatchObject({
      error: {
        code: 'limit_not_kept',
        limit: 'BackendTrafficPolicy/wrong/0',
        message: expect.stringContaining('its status says'),
      },
    });
    expect((await ask({}, { model: 'wrong' })).status).toBe(200);
    expect((await ask(counted, {})).status).toBe(200);
    await gateway.write('wrong.yaml', limited('wrong', 'output_tokens * 6u'));
    await becomes(200, 'wrong');
  });

  it('is kept as it was where it was right before', async () => {
    await gateway.write('right.yaml', limited('right', 'output_tokens * 6u'));
    await becomes(200, 'right');
    await gateway.write('right.yaml', limited('right', 'output_tokens * 7'));
    const stateOf = () => gateway.plane.status().documents.find(({ id }) => id === 'AIGatewayRoute/right')?.state;
    await until('the status says it', () => stateOf() === 'stale', { seen: stateOf });
    // 120 each, of 130.
    expect((await ask(counted, { model: 'right' })).status).toBe(200);
    await becomes(429, 'right');
  });
});
