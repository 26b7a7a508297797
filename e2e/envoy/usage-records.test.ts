import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { type ApiShape, apiShapes, chat } from '../support/api-shapes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { patience } from '../support/until.ts';
import { type UsageFile, usageFile } from '../support/usage-file.ts';

/* What a request used and cost, as it is written down: on a real Envoy, of every API, however the request ends. */

let gateway: TestGateway;
let provider: RecordingProvider;
let spare: RecordingProvider;
let usage: UsageFile;
let answer: (response: ServerResponse) => void;
let answerSpare: (response: ServerResponse) => void;

const word = 'nightingale';

beforeAll(async () => {
  usage = await usageFile();
  provider = await startRecordingProvider((response) => answer(response));
  spare = await startRecordingProvider((response) => answerSpare(response));
  gateway = await startGateway({
    policy: {
      'policy.yaml': [
        ...[
          ['openai', 'openai', provider.port],
          ['anthropic', 'anthropic', provider.port],
          ['spare', 'openai', spare.port],
        ].map(
          ([name, schema, port]) => `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: ${name}}
spec: {schema: ${schema}, endpoint: "http://127.0.0.1:${port}/v1", credential: {none: {}}}`,
        ),
        `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: m}
spec:
  targets: [{provider: openai}, {provider: anthropic}]
  pricing: {input: 2, output: 8, cachedInput: 1}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: chain}
spec:
  targets: [{provider: openai, model: first}, {provider: spare, model: second, priority: 1, pricing: {input: 1, output: 1}}]
  retry: {coolDown: {failures: 0}}`,
        `\n${usage.policy}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: k}
spec: {hash: "sha256:${sha256Hex('sk-usage')}", owner: {user: ana, team: payments}}`,
      ].join('\n---'),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
  await spare?.close();
  await usage?.remove();
});
beforeEach(() => {
  (provider.requests as unknown[]).length = 0;
  answerSpare = (response) => answerJson(response, 200, {});
});

async function ask(shape: ApiShape, isStream: boolean, more: object = {}) {
  const response = await fetch(`${gateway.url}${shape.path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-usage', 'content-type': 'application/json' },
    body: JSON.stringify({ ...shape.request(word, isStream), ...more }),
  });
  return { id: response.headers.get('x-request-id'), status: response.status, text: await response.text() };
}

const inclusive = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 40 },
};
const typed = { input_tokens: 100, output_tokens: 20, total_tokens: 120, input_tokens_details: { cached_tokens: 40 } };
const exclusive = { input_tokens: 60, output_tokens: 20, cache_read_input_tokens: 40 };

/** Usage as the API says it, in a body and in a stream. */
function withUsage(shape: ApiShape, isStream: boolean): string {
  if (!isStream) {
    const usage = shape.name === 'messages' ? exclusive : shape.name === 'responses' ? typed : inclusive;
    return JSON.stringify({ ...(shape.answer?.('fine') ?? { data: [] }), usage });
  }
  const events = [...(shape.stream?.(['fi', 'ne']) ?? [])];
  switch (shape.name) {
    case 'responses':
      return events
        .join('')
        .replace('"object":"response","output":[{', `"object":"response","usage":${JSON.stringify(typed)},"output":[{`);
    case 'messages':
      return events
        .join('')
        .replace(
          '"usage":{"input_tokens":1}',
          '"usage":{"input_tokens":60,"cache_read_input_tokens":40,"output_tokens":1}',
        )
        .replace('"usage":{"output_tokens":3}', '"usage":{"output_tokens":20}');
    default: {
      const chunk = `data: ${JSON.stringify({ id: 'c', choices: [], usage: inclusive })}\n\n`;
      return [...events.slice(0, -1), chunk, events.at(-1)].join('');
    }
  }
}

function send(response: ServerResponse, isStream: boolean, body: string): void {
  response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' }).end(body);
}

const measured = apiShapes.filter(({ name }) =>
  ['chat.completions', 'completions', 'responses', 'messages'].includes(name),
);
const ways = measured.flatMap((shape) => [false, true].map((isStream) => ({ shape, isStream, name: shape.name })));

describe.each(ways)('$name, streamed: $isStream', ({ shape, isStream }) => {
  it('is recorded as the provider says, with its cost', async () => {
    answer = (response) => send(response, isStream, withUsage(shape, isStream));
    const { id, status } = await ask(shape, isStream);
    expect(status).toBe(200);
    expect(await usage.recordOf(id)).toMatchObject({
      kind: 'usage',
      key: 'k',
      user: 'ana',
      team: 'payments',
      api: shape.name,
      model: 'm',
      isStream,
      status: 200,
      ending: 'done',
      tokens: { input: 100, cachedInput: 40, output: 20, total: 120, source: 'provider', completeness: 'exact' },
      // 60 at 2, 40 at 1, 20 at 8 USD a million.
      cost: { nanoUsd: 320_000 },
      attempts: [{ status: 200 }],
    });
  });
});

describe('a stream', () => {
  it.each([
    [undefined, false],
    [{ include_usage: false }, false],
    [{ include_usage: true }, true],
  ])('is asked for usage; a caller with %j sees it: %s', async (options, isSeen) => {
    answer = (response) => send(response, true, withUsage(chat, true));
    const { text, id } = await ask(chat, true, options === undefined ? {} : { stream_options: options });
    expect(JSON.parse(provider.requests[0]?.body ?? '').stream_options).toEqual({ include_usage: true });
    expect(text.includes('usage')).toBe(isSeen);
    expect(text).toContain('data: [DONE]');
    expect(await usage.recordOf(id)).toMatchObject({ tokens: { total: 120 } });
  });

  it('that the caller leaves is recorded with what had passed', async () => {
    let isClosed = false;
    answer = async (response) => {
      response.on('close', () => {
        isClosed = true;
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let i = 0; i < 400 && !isClosed; i++) {
        response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'and so on ' } }] })}\n\n`);
        await sleep(10);
      }
    };
    const leaving = new AbortController();
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-usage', 'content-type': 'application/json' },
      body: JSON.stringify(chat.request(word, true)),
      signal: leaving.signal,
    });
    const id = response.headers.get('x-request-id');
    await sleep(200);
    leaving.abort();
    const record = await usage.recordOf(id);
    expect(record).toMatchObject({ ending: 'caller aborted', tokens: { source: 'counted', completeness: 'partial' } });
    expect(record.tokens?.output).toBeGreaterThan(10);
    expect(record.firstTokenMs).toBeGreaterThan(0);
    await expect.poll(() => isClosed, patience).toBe(true);
  });

  it('that the provider breaks off is recorded as such', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(chat.stream?.(['half of']).slice(0, 2).join(''));
    };
    const { id } = await ask(chat, true);
    expect(await usage.recordOf(id)).toMatchObject({ ending: 'provider cut', tokens: { completeness: 'partial' } });
  });
});

describe('a request', () => {
  it('that the second provider answers is paid at its prices', async () => {
    answer = (response) => answerJson(response, 500, { error: { message: 'no' } });
    answerSpare = (response) => send(response, false, withUsage(chat, false));
    const { id } = await ask(chat, false, { model: 'chain' });
    expect(await usage.recordOf(id)).toMatchObject({
      model: 'chain',
      provider: 'spare',
      providerModel: 'second',
      attempts: [
        { provider: 'openai', providerModel: 'first', status: 500 },
        { provider: 'spare', providerModel: 'second', status: 200 },
      ],
      cost: { nanoUsd: 120_000 },
    });
  });

  it('that the provider refuses costs nothing', async () => {
    answer = (response) => answerJson(response, 400, { error: { message: 'no' } });
    const { id } = await ask(chat, false);
    const record = await usage.recordOf(id);
    expect(record).toMatchObject({ status: 400, ending: 'provider failed' });
    expect(record).not.toHaveProperty('tokens');
  });

  it('that never leaves is recorded as rejected', async () => {
    const { id, status } = await ask(chat, false, { model: 'nobody' });
    expect(status).toBe(404);
    expect(await usage.recordOf(id)).toMatchObject({ ending: 'rejected', status: 404, attempts: [] });
  });

  it('leaves nothing of what was said in the records', async () => {
    expect(await usage.text()).not.toMatch(new RegExp(`${word}|sk-usage|and so on`));
  });
});
