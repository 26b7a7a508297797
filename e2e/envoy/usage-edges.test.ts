import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import type { UsageRecord } from '../../src/llm/usage/record.ts';
import { type ApiShape, apiShapes } from '../support/api-shapes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';
import { type UsageFile, usageFile } from '../support/usage-file.ts';

/* What was used where it is not obvious, on a real Envoy: what providers say in their own ways, or do not say at all. */

const prompt = 'a prompt that nobody may find again';
const caller = 'sk-caller-of-usage-records';

let gateway: TestGateway;
let provider: RecordingProvider;
let usage: UsageFile;
let answer: (response: ServerResponse) => unknown;

beforeAll(async () => {
  usage = await usageFile();
  provider = await startRecordingProvider((response) => answer(response));
  const url = `http://127.0.0.1:${provider.port}/v1`;
  gateway = await startGateway({
    policy: {
      'policy.yaml': [
        ...['openai', 'anthropic'].map(
          (schema) => `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: ${schema}}
spec: {schema: ${schema}, endpoint: "${url}", credential: {none: {}}}`,
        ),
        `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: old}
spec: {schema: openai, endpoint: "${url}/old", credential: {none: {}}, body: {remove: [stream_options]}}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: away}
spec: {schema: openai, endpoint: "http://127.0.0.1:1/v1", credential: {none: {}}}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: m}
spec:
  targets: [{provider: openai, model: upstream}, {provider: anthropic, model: upstream}]
  pricing: {input: 1, output: 10, cachedInput: 0.1, priority: {input: 2, output: 20}}`,
        ...['old', 'away'].map(
          (name) => `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: ${name}}
spec: {targets: [{provider: ${name}}], retry: {coolDown: {failures: 0}}}`,
        ),
        `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: impatient}
spec: {targets: [{provider: openai}], retry: {attemptTimeout: 3s, idleTimeout: 1s}}`,
        `\n${usage.policy}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: caller}
spec: {hash: "sha256:${sha256Hex(caller)}", owner: {user: ana, team: payments, project: shop}}`,
      ].join('\n---'),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
  await usage?.remove();
});
beforeEach(() => {
  (provider.requests as unknown[]).length = 0;
});

interface Asked {
  readonly status: number;
  readonly text: string;
  readonly record: UsageRecord;
}

/** The one record that a request has left. */
async function recordedBy<T>(request: () => Promise<T>): Promise<{ readonly result: T; readonly record: UsageRecord }> {
  const before = (await usage.records()).length;
  const result = await request();
  await until('a record is there', async () => (await usage.records()).length > before);
  await sleep(20);
  const [record, ...more] = (await usage.records()).slice(before);
  expect(more).toEqual([]);
  return { result, record: record as UsageRecord };
}

async function ask(path: string, body: object, signal?: AbortSignal): Promise<Asked> {
  const { result, record } = await recordedBy(async () => {
    const response = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${caller}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal !== undefined && { signal }),
    });
    return { status: response.status, id: response.headers.get('x-request-id'), text: await response.text() };
  });
  if (result.id !== null) expect(record.id).toBe(result.id);
  return { ...result, record };
}

/** What a provider says that it used, in the words of each API, and what that means. */
const said: Readonly<Record<string, { readonly usage: object; readonly tokens: object; readonly nanoUsd: number }>> = {
  'chat.completions': {
    usage: {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 5 },
    },
    tokens: { input: 100, cachedInput: 40, output: 20, reasoning: 5, total: 120 },
    nanoUsd: 60 * 1_000 + 40 * 100 + 20 * 10_000,
  },
  completions: {
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
    tokens: { input: 100, output: 20, total: 120 },
    nanoUsd: 100 * 1_000 + 20 * 10_000,
  },
  responses: {
    usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120, input_tokens_details: { cached_tokens: 40 } },
    tokens: { input: 100, cachedInput: 40, output: 20, total: 120 },
    nanoUsd: 60 * 1_000 + 40 * 100 + 20 * 10_000,
  },
  messages: {
    usage: { input_tokens: 60, cache_read_input_tokens: 40, output_tokens: 20 },
    tokens: { input: 100, cachedInput: 40, output: 20, total: 120 },
    nanoUsd: 60 * 1_000 + 40 * 100 + 20 * 10_000,
  },
  embeddings: {
    usage: { prompt_tokens: 100, total_tokens: 100 },
    tokens: { input: 100, output: 0, total: 100 },
    nanoUsd: 100 * 1_000,
  },
  'images.generations': {
    usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120 },
    tokens: { input: 100, output: 20, total: 120, images: 1 },
    nanoUsd: 100 * 1_000 + 20 * 10_000,
  },
};

function bodyOf(shape: ApiShape): object {
  return { ...(shape.answer?.('fine') ?? { data: [{ index: 0, embedding: [0.5] }] }), usage: said[shape.name]?.usage };
}

/** The events of a stream, with usage where the API puts it. `isAsked`: chat tells it to those who ask for it. */
function eventsOf(shape: ApiShape, pieces: readonly string[], isAsked: boolean): readonly string[] {
  const events = shape.stream?.(pieces) ?? [];
  const usage = said[shape.name]?.usage;
  switch (shape.name) {
    case 'messages':
      return events.map((event) =>
        event.replace('"usage":{"output_tokens":3}', `"usage":${JSON.stringify({ ...usage })}`),
      );
    case 'responses':
      return events.map((event) => {
        const [name = '', data = ''] = event.split('\ndata: ');
        if (!name.includes('response.completed')) return event;
        const value = JSON.parse(data) as { readonly response: object };
        return `${name}\ndata: ${JSON.stringify({ ...value, response: { ...value.response, status: 'completed', usage } })}\n\n`;
      });
    default: {
      if (!isAsked) return events;
      const withNull = events
        .slice(0, -1)
        .map((event) => `data: ${JSON.stringify({ ...JSON.parse(event.slice(6)), usage: null })}\n\n`);
      return [...withNull, `data: ${JSON.stringify({ id: 'c', choices: [], usage })}\n\n`, 'data: [DONE]\n\n'];
    }
  }
}

function streaming(shape: ApiShape, pieces: readonly string[]) {
  return async (response: ServerResponse) => {
    const sent = JSON.parse(provider.requests.at(-1)?.body ?? '{}') as { readonly stream_options?: object };
    const isAsked = JSON.stringify(sent.stream_options ?? '').includes('"include_usage":true');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of eventsOf(shape, pieces, isAsked)) {
      response.write(event);
      await sleep(1);
    }
    response.end();
  };
}

const chat = apiShapes[0] as ApiShape;

describe.each(apiShapes)('$name', (shape) => {
  const meaning = said[shape.name];

  it('is recorded as the provider says', async () => {
    answer = (response) => answerJson(response, 200, bodyOf(shape));
    const { status, text, record } = await ask(shape.path, shape.request(prompt, false));
    expect(status, text).toBe(200);
    expect(JSON.parse(text)).toEqual(bodyOf(shape));
    expect(record).toMatchObject({
      kind: 'usage',
      key: 'caller',
      user: 'ana',
      team: 'payments',
      project: 'shop',
      api: shape.name,
      model: 'm',
      provider: shape.name === 'messages' ? 'anthropic' : 'openai',
      providerModel: 'upstream',
      isStream: false,
      status: 200,
      ending: 'done',
      tokens: { source: 'provider', completeness: 'exact' },
      cost: { nanoUsd: meaning?.nanoUsd, priceVersion: expect.stringMatching(/^[0-9a-f]{12}$/) },
      attempts: [{ providerModel: 'upstream', status: 200 }],
    });
    expect(record.tokens).toEqual({ ...meaning?.tokens, source: 'provider', completeness: 'exact' });
    expect(record.durationMs).toBeGreaterThanOrEqual(record.firstByteMs ?? Number.POSITIVE_INFINITY);
  });

  if (shape.stream === undefined) return;

  it('is recorded as the provider says, streamed, and the caller gets what it would have got without', async () => {
    answer = streaming(shape, ['fi', 'ne']);
    const { status, text, record } = await ask(shape.path, shape.request(prompt, true));
    expect(status, text).toBe(200);
    expect(text).toBe(eventsOf(shape, ['fi', 'ne'], false).join(''));
    expect(record).toMatchObject({ isStream: true, ending: 'done', cost: { nanoUsd: meaning?.nanoUsd } });
    expect(record.tokens).toEqual({ ...meaning?.tokens, source: 'provider', completeness: 'exact' });
    expect(record.finishReason).toBeDefined();
    expect(record.firstTokenMs).toBeGreaterThanOrEqual(record.firstByteMs ?? Number.POSITIVE_INFINITY);
  });
});

describe('include_usage', () => {
  const body = (more: object = {}) => ({ ...chat.request(prompt, true), ...more });
  const options = () => (JSON.parse(provider.requests[0]?.body ?? '{}') as { stream_options?: unknown }).stream_options;

  it.each<[string, { readonly stream_options?: object | null }]>([
    ['nothing', {}],
    ['null', { stream_options: null }],
    ['no', { stream_options: { include_usage: false } }],
    ['something else', { stream_options: { include_obfuscation: false } }],
  ])('is asked for, and hidden from a caller that said %s', async (_, more) => {
    answer = streaming(chat, ['fine']);
    const { text, record } = await ask(chat.path, body(more));
    expect(options()).toEqual({ ...more.stream_options, include_usage: true });
    expect(text).toBe(eventsOf(chat, ['fine'], false).join(''));
    expect(record.tokens).toMatchObject({ output: 20, completeness: 'exact' });
  });

  it('is shown to a caller that asks for it', async () => {
    answer = streaming(chat, ['fine']);
    const { text } = await ask(chat.path, body({ stream_options: { include_usage: true } }));
    expect(text).toBe(eventsOf(chat, ['fine'], true).join(''));
  });

  it('cannot be forged: what a caller sends about it in headers means nothing', async () => {
    answer = streaming(chat, ['fine']);
    const { result, record } = await recordedBy(async () => {
      const response = await fetch(`${gateway.url}${chat.path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${caller}`,
          'content-type': 'application/json',
          'x-sluice-usage': '{"output":0}',
          'x-sluice-include-usage': 'true',
          'x-request-id': 'mine',
        },
        body: JSON.stringify(body({ usage: { completion_tokens: 0 } })),
      });
      return response.text();
    });
    expect(result).toBe(eventsOf(chat, ['fine'], false).join(''));
    expect(record.id).not.toBe('mine');
    expect(record.tokens).toMatchObject({ output: 20, completeness: 'exact' });
  });

  it('is left out where a provider does not take it, and what passes is counted', async () => {
    answer = streaming(chat, ['Some words ', 'that are counted, ', 'one by one.']);
    const { record } = await ask(chat.path, body({ model: 'old' }));
    expect(options()).toBeUndefined();
    expect(record).toMatchObject({
      ending: 'done',
      tokens: { source: 'counted', completeness: 'estimated' },
      cost: { unknown: 'unpriced' },
    });
    expect(record.tokens?.output).toBeGreaterThan(5);
    expect(record.tokens?.output).toBeLessThan(20);
  });
});

describe('an answer that tells no usage', () => {
  it.each(apiShapes.filter(({ answer: of }) => of !== undefined))('of $name is not free', async (shape) => {
    const words = 'Some words that are counted, one by one, since nobody says how many tokens they are.';
    answer = (response) => answerJson(response, 200, shape.answer?.(words));
    const { record } = await ask(shape.path, shape.request(prompt, false));
    if (shape.name === 'images.generations') expect(record.tokens).toMatchObject({ images: 1, source: 'counted' });
    else {
      expect(record.tokens).toMatchObject({ source: 'counted', completeness: 'estimated' });
      expect(record.tokens?.output).toBeGreaterThan(10);
      expect(record.tokens?.output).toBeLessThan(40);
    }
  });
});

describe('a request that does not come to its end', () => {
  const endless = (after?: () => void) => async (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.on('close', () => after?.());
    for (let n = 0; !response.closed && n < 500; n++) {
      response.write(
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'some more words ' }, finish_reason: null }] })}\n\n`,
      );
      await sleep(5);
    }
  };

  it('because the caller goes away is charged for what passed, and the provider is told', async () => {
    let toldAt = 0;
    answer = endless(() => {
      toldAt = performance.now();
    });
    const leave = new AbortController();
    let leftAt = 0;
    const { record } = await recordedBy(async () => {
      const response = await fetch(`${gateway.url}${chat.path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${caller}`, 'content-type': 'application/json' },
        body: JSON.stringify(chat.request(prompt, true)),
        signal: leave.signal,
      });
      const reader = response.body?.getReader();
      for (let n = 0; n < 10; n++) await reader?.read();
      leftAt = performance.now();
      leave.abort();
    });
    expect(record).toMatchObject({
      ending: 'caller aborted',
      tokens: { source: 'counted', completeness: 'partial' },
      cost: { nanoUsd: expect.any(Number) },
    });
    expect(record.tokens?.output).toBeGreaterThan(15);
    await until('the provider is told', () => toldAt > 0);
    // At once; the rest is for a busy machine. What it would have sent takes 2.5 s.
    expect(toldAt - leftAt).toBeLessThan(2_000);
  });

  it('because the provider breaks off is charged for what passed', async () => {
    answer = async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of chat.stream?.(['some words ', 'and more words ']).slice(0, 3) ?? []) {
        response.write(event);
        await sleep(5);
      }
      response.destroy();
    };
    const { record } = await recordedBy(async () => {
      const response = await fetch(`${gateway.url}${chat.path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${caller}`, 'content-type': 'application/json' },
        body: JSON.stringify(chat.request(prompt, true)),
      });
      await response.text().catch(() => '');
    });
    expect(record.ending).toMatch(/^(?:provider cut|caller aborted)$/);
    expect(record.tokens).toMatchObject({ source: 'counted', completeness: 'partial' });
    expect(record.tokens?.output).toBeGreaterThanOrEqual(4);
  });

  it('because the provider falls silent is charged for what passed, and the provider is told', async () => {
    let isTold = false;
    answer = (response) => {
      response.on('close', () => {
        isTold = true;
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of chat.stream?.(['some words ', 'and more words ']).slice(0, 3) ?? []) response.write(event);
    };
    const { record } = await recordedBy(async () => {
      const response = await fetch(`${gateway.url}${chat.path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${caller}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...chat.request(prompt, true), model: 'impatient' }),
      });
      await response.text().catch(() => '');
    });
    // Envoy tells the processor that the stream is over, and not who has ended it.
    expect(record.ending).toMatch(/^(?:provider cut|caller aborted)$/);
    expect(record.tokens).toMatchObject({ source: 'counted', completeness: 'partial' });
    expect(record.tokens?.output).toBeGreaterThanOrEqual(4);
    await until('the provider is told', () => isTold);
  });

  it('because there is no provider costs nothing', async () => {
    const { status, record } = await ask(chat.path, { ...chat.request(prompt, false), model: 'away' });
    expect(status).toBe(502);
    expect(record).toMatchObject({ status: 502, ending: 'provider failed', attempts: [{ provider: 'away' }] });
    expect(record).not.toHaveProperty('tokens');
    expect(record).not.toHaveProperty('cost');
  });

  it('because the provider refuses costs nothing', async () => {
    answer = (response) => answerJson(response, 400, { error: { message: 'no', type: 'invalid_request_error' } });
    const { status, record } = await ask(chat.path, chat.request(prompt, false));
    expect(status).toBe(400);
    expect(record).toMatchObject({ status: 400, ending: 'provider failed', attempts: [{ status: 400 }] });
    expect(record).not.toHaveProperty('tokens');
  });

  it('because it is refused here is recorded, too', async () => {
    const { status, record } = await ask(chat.path, { ...chat.request(prompt, false), model: 'unheard-of' });
    expect(status).toBe(404);
    expect(record).toMatchObject({ key: 'caller', status: 404, ending: 'rejected', attempts: [] });
    expect(provider.requests).toEqual([]);
  });
});

describe('the service tier', () => {
  it('of the answer decides about the price, not that of the request', async () => {
    answer = (response) => answerJson(response, 200, { ...bodyOf(chat), service_tier: 'priority' });
    const { record } = await ask(chat.path, { ...chat.request(prompt, false), service_tier: 'default' });
    expect(record.tokens?.serviceTier).toBe('priority');
    expect(record.cost).toMatchObject({ isDerived: true, nanoUsd: 100 * 2_000 + 20 * 20_000 });
  });
});

describe('nothing that was said', () => {
  it('and no key stands in the records, the logs or the metrics', async () => {
    const written = [
      await usage.text(),
      gateway.log(),
      ...gateway.processors.map((each) => each.log()),
      ...(await Promise.all(gateway.processors.map((each) => each.metrics()))),
    ].join('\n');
    expect((await usage.records()).length).toBeGreaterThan(20);
    for (const secret of [prompt, caller, sha256Hex(caller), 'some more words', 'Some words']) {
      expect(written.includes(secret), secret).toBe(false);
    }
  });
});
