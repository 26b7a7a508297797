import { request as plainRequest } from 'node:http';
import { connect } from 'node:http2';
import { gunzipSync } from 'node:zlib';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents, model, provider } from '../support/policy-documents.ts';
import { until } from '../support/until.ts';

/*
 * The official clients, through the whole gateway: what they send is understood, what they get is what they expect,
 * errors included.
 */

const secret = 'sk-sluice-sdk-test-key';
const hello = [{ role: 'user' as const, content: 'Hello there!' }];
const requestId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let practice: Practice;
let gateway: TestGateway;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  practice = await startPractice({ expectedKeysByAccount: { gpt: ['gpt-secret'], claude: ['claude-secret'] } });
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('gpt', `${practice.url}/gpt/v1`, { credential: { apiKey: { env: 'GPT_KEY' } } }),
        provider('claude', `${practice.url}/claude/v1`, {
          schema: 'anthropic',
          credential: { apiKey: { env: 'CLAUDE_KEY' } },
        }),
        model('small', ['gpt/gpt-practice'], { aliases: ['tiny'] }),
        model('picture', ['gpt/image-practice']),
        model('busy', ['gpt/fail-429']),
        model('down', ['gpt/cut-before-headers']),
        model('sonnet', ['claude/claude-practice']),
        model('sonnet-busy', ['claude/fail-429']),
        model('sonnet-overloaded', ['claude/fail-529']),
        model('forbidden', ['gpt/gpt-practice']),
        model('secret', ['gpt/gpt-practice'], { listed: false }),
        model('with-vendor', ['gpt/gpt-practice'], { name: 'vendor/gpt', listed: false }),
        apiKey('test', 'CALLER_KEY', { models: { deny: ['forbidden'] } }),
      ),
    },
    env: { GPT_KEY: 'gpt-secret', CLAUDE_KEY: 'claude-secret', CALLER_KEY: secret },
  });
  openai = new OpenAI({ apiKey: secret, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  anthropic = new Anthropic({ apiKey: secret, baseURL: gateway.url, maxRetries: 0 });
});

afterAll(async () => {
  await gateway?.stop();
  await practice?.close();
});

beforeEach(() => practice.clear());

describe('the official OpenAI client', () => {
  const ask = (name: string, client = openai) => client.chat.completions.create({ model: name, messages: hello });

  it('gets a chat completion, under the name of the model and with the id of the request', async () => {
    const { data, response, request_id } = await openai.chat.completions
      .create({ model: 'small', messages: hello })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe('You said: Hello there!');
    expect(data.usage?.total_tokens).toBe(9);
    expect(request_id).toMatch(requestId);
    expect(response.headers.get('x-sluice-provider')).toBe('gpt');
    expect(response.headers.get('x-sluice-attempts')).toBe('gpt/gpt-practice');
    expect(practice.requests[0]?.headers.authorization).toBe('Bearer gpt-secret');
    expect(practice.requests[0]?.body).toEqual({ model: 'gpt-practice', messages: hello });
  });

  it('finds a model by its alias', async () => {
    expect((await ask('tiny')).choices[0]?.message.content).toBe('You said: Hello there!');
  });

  it('gets a chat completion as a stream, chunk by chunk while it is written', async () => {
    practice.behave({ chunkDelayMs: 60 });
    const stream = await openai.chat.completions.create({
      model: 'small',
      messages: hello,
      stream: true,
      stream_options: { include_usage: true },
    });
    const texts: string[] = [];
    const times: number[] = [];
    let total: number | undefined;
    for await (const chunk of stream) {
      total = chunk.usage?.total_tokens ?? total;
      const text = chunk.choices[0]?.delta.content ?? '';
      if (text === '') continue;
      texts.push(text);
      times.push(performance.now());
    }
    expect(texts).toEqual(['You', ' said:', ' Hello', ' there!']);
    expect(total).toBe(9);
    // 60 ms between two of them: had they been held back, they would have come at once.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(120);
  });

  it('gets a response, streamed and not', async () => {
    const answer = await openai.responses.create({ model: 'small', input: 'Hello' });
    expect(answer.output_text).toBe('You said: Hello');
    const stream = openai.responses.stream({ model: 'small', input: 'Hello' });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect((await stream.finalResponse()).output_text).toBe('You said: Hello');
    expect(types.at(0)).toBe('response.created');
    expect(types.at(-1)).toBe('response.completed');
    expect(practice.requests.map(({ path }) => path)).toEqual(['/gpt/v1/responses', '/gpt/v1/responses']);
  });

  it('has its tools called as they are, streamed and not', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const tools = [{ type: 'function' as const, function: { name: 'weather', parameters } }];
    const question = { model: 'small', messages: [{ role: 'user' as const, content: 'call weather' }], tools };
    const called = { function: { name: 'weather', arguments: '{"city":"practice"}' } };
    const answer = await openai.chat.completions.create(question);
    expect(answer.choices[0]?.message.tool_calls).toMatchObject([called]);
    const streamed = await openai.chat.completions.stream(question).finalChatCompletion();
    expect(streamed.choices[0]?.message.tool_calls).toMatchObject([called]);
    const response = await openai.responses
      .stream({
        model: 'small',
        input: 'call weather',
        tools: [{ type: 'function', name: 'weather', parameters, strict: false }],
      })
      .finalResponse();
    expect(response.output).toMatchObject([{ type: 'function_call', ...called.function }]);
  });

  it('gets completions, streamed and not', async () => {
    const answer = await openai.completions.create({ model: 'small', prompt: 'Hi' });
    expect(answer.choices[0]?.text).toBe('You said: Hi');
    const stream = await openai.completions.create({ model: 'small', prompt: 'Hi', stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.text ?? '';
    expect(text).toBe('You said: Hi');
  });

  it('gets embeddings and images', async () => {
    const answer = await openai.embeddings.create({ model: 'small', input: ['one', 'two'], dimensions: 8 });
    expect(answer.data.map(({ embedding }) => embedding.length)).toEqual([8, 8]);
    const images = await openai.images.generate({ model: 'picture', prompt: 'a pixel', n: 2 });
    expect(images.data).toHaveLength(2);
    expect(practice.requests.map(({ body }) => body)).toMatchObject([
      { model: 'gpt-practice' },
      { model: 'image-practice' },
    ]);
  });

  it('lists the models that its key may use, and finds one of them', async () => {
    const ids: string[] = [];
    for await (const { id } of openai.models.list()) ids.push(id);
    expect(ids).toEqual(['busy', 'down', 'picture', 'small', 'sonnet', 'sonnet-busy', 'sonnet-overloaded']);
    expect(await openai.models.retrieve('small')).toMatchObject({ id: 'small', object: 'model' });
    expect(await openai.models.retrieve('vendor/gpt')).toMatchObject({ id: 'vendor/gpt' });
    await expect(openai.models.retrieve('forbidden')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    expect(practice.requests).toHaveLength(0);
  });

  it('throws the errors that it knows, with the id of the request', async () => {
    const stranger = openai.withOptions({ apiKey: 'sk-sluice-of-somebody-else' });
    await expect(ask('small', stranger)).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(ask('small', stranger)).rejects.toMatchObject({ code: 'invalid_api_key' });
    await expect(ask('unheard-of')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(ask('unheard-of')).rejects.toMatchObject({ code: 'model_not_found', param: 'model' });
    await expect(ask('forbidden')).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
    await expect(ask('down')).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    await expect(ask('down')).rejects.toMatchObject({ status: 502, code: 'provider_unreachable' });
    const busy = await ask('busy').catch((error: unknown) => error);
    expect(busy).toBeInstanceOf(OpenAI.RateLimitError);
    expect((busy as InstanceType<typeof OpenAI.RateLimitError>).requestID).toMatch(requestId);
    expect((busy as InstanceType<typeof OpenAI.RateLimitError>).headers.get('retry-after')).toBe('1');
    const unauthenticated = await ask('small', stranger).catch((error: unknown) => error);
    expect((unauthenticated as InstanceType<typeof OpenAI.APIError>).requestID).toMatch(requestId);
  });

  it("throws the provider's own complaint about a request", async () => {
    const bad = openai.chat.completions.create({ model: 'small', messages: [] });
    await expect(bad).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(openai.chat.completions.create({ model: 'small', messages: [] })).rejects.toThrow(/messages/);
  });

  it('throws on an error as the first event of a stream', async () => {
    practice.behave({ fault: { kind: 'first-event-error' } });
    const stream = await openai.chat.completions.create({ model: 'small', messages: hello, stream: true });
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  it('may leave a stream: the provider is left as well', async () => {
    practice.behave({ chunkDelayMs: 100 });
    const stream = await openai.chat.completions.create({ model: 'small', messages: hello, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) stream.controller.abort();
    // Envoy closes what it had open for the request: nobody pays for an answer that nobody reads.
    await until(
      'Envoy left the provider',
      async () => (await gateway.envoy.stat('cluster.provider/gpt.upstream_rq_active')) === 0,
    );
    expect(await gateway.envoy.stat('cluster.provider/gpt.upstream_cx_destroy_local_with_active_rq')).toBe(1);
    expect((await ask('small')).choices[0]?.message.content).toBe('You said: Hello there!');
  });

  it('reads answers that the provider has compressed, streamed and not', async () => {
    practice.behave({ gzip: true });
    const { data, response } = await openai.chat.completions.create({ model: 'small', messages: hello }).withResponse();
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(data.choices[0]?.message.content).toBe('You said: Hello there!');
    const stream = await openai.chat.completions.create({ model: 'small', messages: hello, stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('You said: Hello there!');
  });
});

describe('the official Anthropic client', () => {
  const ask = (name: string, client = anthropic) =>
    client.messages.create({ model: name, max_tokens: 50, messages: hello });

  it('gets a message, with the id of the request', async () => {
    const { data, response, request_id } = await anthropic.messages
      .create({ model: 'sonnet', max_tokens: 50, messages: hello })
      .withResponse();
    expect(data.content).toEqual([{ type: 'text', text: 'You said: Hello there!' }]);
    expect(data).toMatchObject({ stop_reason: 'end_turn', usage: { input_tokens: 3, output_tokens: 6 } });
    expect(request_id).toMatch(/^(req_practice\d+|[0-9a-f-]{36})$/);
    expect(response.headers.get('x-request-id')).toMatch(requestId);
    expect(response.headers.get('x-sluice-provider')).toBe('claude');
    expect(practice.requests[0]?.headers).toMatchObject({ 'x-api-key': 'claude-secret' });
    expect(practice.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(practice.requests[0]?.body).toMatchObject({ model: 'claude-practice', max_tokens: 50 });
  });

  it('gets a message as a stream', async () => {
    const stream = anthropic.messages.stream({ model: 'sonnet', max_tokens: 50, messages: hello });
    const texts: string[] = [];
    stream.on('text', (text) => texts.push(text));
    expect((await stream.finalMessage()).stop_reason).toBe('end_turn');
    expect(texts).toEqual(['You', ' said:', ' Hello', ' there!']);
  });

  it('has its tools called as they are, streamed and not', async () => {
    const weather = {
      name: 'weather',
      input_schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
    };
    const question = { model: 'sonnet', max_tokens: 50, messages: hello, tools: [weather] };
    const forced = { ...question, tool_choice: { type: 'tool' as const, name: 'weather' } };
    const called = [{ type: 'tool_use', name: 'weather', input: { city: 'practice' } }];
    expect((await anthropic.messages.create(forced)).content).toMatchObject(called);
    expect((await anthropic.messages.stream(forced).finalMessage()).content).toMatchObject(called);
  });

  it('works below /anthropic as well, as Anthropic’s own gateways have it', async () => {
    const below = anthropic.withOptions({ baseURL: `${gateway.url}/anthropic` });
    expect((await ask('sonnet', below)).role).toBe('assistant');
    expect(practice.requests[0]?.path).toBe('/claude/v1/messages');
  });

  it('counts tokens, and lists models', async () => {
    const count = await anthropic.messages.countTokens({ model: 'sonnet', messages: hello });
    expect(count.input_tokens).toBe(3);
    const ids: string[] = [];
    for await (const { id } of anthropic.models.list()) ids.push(id);
    expect(ids).toContain('sonnet');
    expect(ids).not.toContain('secret');
    expect((await anthropic.models.retrieve('sonnet')).type).toBe('model');
    expect((await anthropic.models.retrieve('vendor/gpt')).id).toBe('vendor/gpt');
  });

  it('throws the errors that it knows, with the id of the request', async () => {
    const stranger = anthropic.withOptions({ apiKey: 'sk-sluice-of-somebody-else' });
    await expect(ask('sonnet', stranger)).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
    await expect(ask('unheard-of')).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    await expect(ask('forbidden')).rejects.toBeInstanceOf(Anthropic.PermissionDeniedError);
    await expect(ask('sonnet-busy')).rejects.toBeInstanceOf(Anthropic.RateLimitError);
    await expect(ask('sonnet-overloaded')).rejects.toMatchObject({ status: 529, type: 'overloaded_error' });
    const unknown = await ask('unheard-of').catch((error: unknown) => error);
    expect((unknown as InstanceType<typeof Anthropic.APIError>).requestID).toMatch(requestId);
    expect((unknown as InstanceType<typeof Anthropic.APIError>).type).toBe('not_found_error');
  });

  it('turns the pages of the list of models, forwards and back', async () => {
    const all: string[] = [];
    for await (const { id } of anthropic.models.list()) all.push(id);
    const paged: string[] = [];
    const first = await anthropic.models.list({ limit: 2 });
    for await (const { id } of first) paged.push(id);
    expect(first.data.map(({ id }) => id)).toEqual(all.slice(0, 2));
    expect(paged).toEqual(all);
    const last = await anthropic.models.list({ limit: 2, before_id: all.at(-1) ?? '' });
    expect(last.data.map(({ id }) => id)).toEqual(all.slice(-3, -1));
    expect(last.has_more).toBe(true);
  });

  it('learns where its base URL is wrong, in its own words', async () => {
    const wrong = ask('sonnet', anthropic.withOptions({ baseURL: `${gateway.url}/v1` }));
    await expect(wrong).rejects.toMatchObject({ status: 404, type: 'not_found_error' });
    await expect(wrong).rejects.toThrow('What is meant is served at \\"/v1/messages\\"');
    const error = await wrong.catch((thrown: unknown) => thrown);
    expect((error as InstanceType<typeof Anthropic.APIError>).requestID).toMatch(requestId);
  });

  it('can read what Envoy answers when the provider goes away with the headers', async () => {
    practice.behave({ fault: { kind: 'cut', at: 'after-headers' } });
    // Either the answer broke off before it had begun for the caller, or a stream that has begun ends.
    const errors = await Promise.all(
      Array.from({ length: 10 }, () =>
        anthropic.messages
          .create({ model: 'sonnet', max_tokens: 50, messages: hello, stream: true })
          .then(async (stream) => {
            for await (const _event of stream);
          })
          .catch((error: unknown) => error),
      ),
    );
    for (const error of errors) expect(error).toBeInstanceOf(Error);
    const answered = errors.filter((error) => error instanceof Anthropic.InternalServerError);
    for (const { type, requestID } of answered) {
      expect({ type, requestID }).toEqual({ type: 'api_error', requestID: expect.stringMatching(requestId) });
    }
    expect(answered.length).toBeGreaterThan(0);
  });

  it('throws when a stream breaks off', async () => {
    practice.behave({ fault: { kind: 'cut', at: 1 } });
    const stream = anthropic.messages.stream({ model: 'sonnet', max_tokens: 50, messages: hello });
    await expect(stream.finalMessage()).rejects.toThrow();
  });
});

describe('a model of one dialect', () => {
  it('is refused to who speaks the other, and says which one it is', async () => {
    const asked = openai.chat.completions.create({ model: 'sonnet', messages: hello });
    await expect(asked).rejects.toMatchObject({ status: 400, code: 'model_of_other_api', param: 'model' });
    await expect(asked).rejects.toThrow('is served by the API of Anthropic only');
    const other = anthropic.messages.create({ model: 'small', max_tokens: 50, messages: hello });
    await expect(other).rejects.toBeInstanceOf(Anthropic.BadRequestError);
    await expect(other).rejects.toThrow('is served by the API of OpenAI only');
    expect(practice.requests).toHaveLength(0);
  });
});

describe('clients without a library', () => {
  const body = JSON.stringify({ model: 'small', messages: hello });
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };

  it('are served over HTTP/1.1, and get what is compressed as it is', async () => {
    practice.behave({ gzip: true });
    const answer = await new Promise<{ version: string; encoding: unknown; text: string }>((resolve, reject) => {
      const request = plainRequest(
        `${gateway.url}/v1/chat/completions`,
        { method: 'POST', headers: { ...headers, 'accept-encoding': 'gzip' } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              version: response.httpVersion,
              encoding: response.headers['content-encoding'],
              text: gunzipSync(Buffer.concat(chunks)).toString(),
            }),
          );
        },
      );
      request.on('error', reject);
      request.end(body);
    });
    expect(answer).toMatchObject({ version: '1.1', encoding: 'gzip' });
    expect(JSON.parse(answer.text)).toMatchObject({ object: 'chat.completion' });
  });

  it('are served over HTTP/2 without TLS, many requests on one connection', async () => {
    const session = connect(gateway.url);
    try {
      const ask = (stream: boolean) =>
        new Promise<{ status: unknown; text: string }>((resolve, reject) => {
          const request = session.request({ ':method': 'POST', ':path': '/v1/chat/completions', ...headers });
          let status: unknown;
          let text = '';
          request.on('response', (response) => {
            status = response[':status'];
          });
          request.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          request.on('end', () => resolve({ status, text }));
          request.on('error', reject);
          request.end(JSON.stringify({ model: 'small', stream, messages: hello }));
        });
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(index % 2 === 0)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      for (const [index, { text }] of answers.entries()) {
        if (index % 2 === 0) expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
        else expect(JSON.parse(text)).toMatchObject({ object: 'chat.completion' });
      }
    } finally {
      session.close();
    }
  });
});
