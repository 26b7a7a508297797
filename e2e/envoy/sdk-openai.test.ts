import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { hello, requestId, sdkSite } from '../support/sdk-site.ts';
import { until } from '../support/until.ts';

/* The official client of OpenAI, through the whole gateway: it gets what it expects, errors included. */

const site = sdkSite();

describe('the official OpenAI client', () => {
  const ask = (name: string, client = site.openai) => client.chat.completions.create({ model: name, messages: hello });

  it('gets a chat completion, under the name of the model and with the id of the request', async () => {
    const { data, response, request_id } = await site.openai.chat.completions
      .create({ model: 'small', messages: hello })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe('You said: Hello there!');
    expect(data.usage?.total_tokens).toBe(9);
    expect(request_id).toMatch(requestId);
    expect(response.headers.get('x-sluice-provider')).toBe('gpt');
    expect(response.headers.get('x-sluice-attempts')).toBe('gpt/gpt-practice');
    expect(site.practice.requests[0]?.headers.authorization).toBe('Bearer gpt-secret');
    expect(site.practice.requests[0]?.body).toEqual({ model: 'gpt-practice', messages: hello });
  });

  it('finds a model by its alias', async () => {
    expect((await ask('tiny')).choices[0]?.message.content).toBe('You said: Hello there!');
  });

  it('gets a chat completion as a stream, chunk by chunk while it is written', async () => {
    site.practice.behave({ chunkDelayMs: 60 });
    const stream = await site.openai.chat.completions.create({
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
    const answer = await site.openai.responses.create({ model: 'small', input: 'Hello' });
    expect(answer.output_text).toBe('You said: Hello');
    const stream = site.openai.responses.stream({ model: 'small', input: 'Hello' });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect((await stream.finalResponse()).output_text).toBe('You said: Hello');
    expect(types.at(0)).toBe('response.created');
    expect(types.at(-1)).toBe('response.completed');
    expect(site.practice.requests.map(({ path }) => path)).toEqual(['/gpt/v1/responses', '/gpt/v1/responses']);
  });

  it('has its tools called as they are, streamed and not', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const tools = [{ type: 'function' as const, function: { name: 'weather', parameters } }];
    const question = { model: 'small', messages: [{ role: 'user' as const, content: 'call weather' }], tools };
    const called = { function: { name: 'weather', arguments: '{"city":"practice"}' } };
    const answer = await site.openai.chat.completions.create(question);
    expect(answer.choices[0]?.message.tool_calls).toMatchObject([called]);
    const streamed = await site.openai.chat.completions.stream(question).finalChatCompletion();
    expect(streamed.choices[0]?.message.tool_calls).toMatchObject([called]);
    const response = await site.openai.responses
      .stream({
        model: 'small',
        input: 'call weather',
        tools: [{ type: 'function', name: 'weather', parameters, strict: false }],
      })
      .finalResponse();
    expect(response.output).toMatchObject([{ type: 'function_call', ...called.function }]);
  });

  it('gets completions, streamed and not', async () => {
    const answer = await site.openai.completions.create({ model: 'small', prompt: 'Hi' });
    expect(answer.choices[0]?.text).toBe('You said: Hi');
    const stream = await site.openai.completions.create({ model: 'small', prompt: 'Hi', stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.text ?? '';
    expect(text).toBe('You said: Hi');
  });

  it('gets embeddings and images', async () => {
    const answer = await site.openai.embeddings.create({ model: 'small', input: ['one', 'two'], dimensions: 8 });
    expect(answer.data.map(({ embedding }) => embedding.length)).toEqual([8, 8]);
    const images = await site.openai.images.generate({ model: 'picture', prompt: 'a pixel', n: 2 });
    expect(images.data).toHaveLength(2);
    expect(site.practice.requests.map(({ body }) => body)).toMatchObject([
      { model: 'gpt-practice' },
      { model: 'image-practice' },
    ]);
  });

  it('lists the models that its key may use, and finds one of them', async () => {
    const ids: string[] = [];
    for await (const { id } of site.openai.models.list()) ids.push(id);
    expect(ids).toEqual(['busy', 'down', 'picture', 'small', 'sonnet', 'sonnet-busy', 'sonnet-overloaded']);
    expect(await site.openai.models.retrieve('small')).toMatchObject({ id: 'small', object: 'model' });
    expect(await site.openai.models.retrieve('vendor/gpt')).toMatchObject({ id: 'vendor/gpt' });
    await expect(site.openai.models.retrieve('forbidden')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    expect(site.practice.requests).toHaveLength(0);
  });

  it('throws the errors that it knows, with the id of the request', async () => {
    const stranger = site.openai.withOptions({ apiKey: 'sk-sluice-of-somebody-else' });
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
    const bad = site.openai.chat.completions.create({ model: 'small', messages: [] });
    await expect(bad).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(site.openai.chat.completions.create({ model: 'small', messages: [] })).rejects.toThrow(/messages/);
  });

  it('throws on an error as the first event of a stream', async () => {
    site.practice.behave({ fault: { kind: 'first-event-error' } });
    const stream = await site.openai.chat.completions.create({ model: 'small', messages: hello, stream: true });
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  it('may leave a stream: the provider is left as well', async () => {
    site.practice.behave({ chunkDelayMs: 100 });
    const stream = await site.openai.chat.completions.create({ model: 'small', messages: hello, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) stream.controller.abort();
    // Envoy closes what it had open for the request: nobody pays for an answer that nobody reads.
    await until(
      'Envoy left the provider',
      async () => (await site.gateway.envoy.stat('cluster.provider/gpt.upstream_rq_active')) === 0,
    );
    expect(await site.gateway.envoy.stat('cluster.provider/gpt.upstream_cx_destroy_local_with_active_rq')).toBe(1);
    expect((await ask('small')).choices[0]?.message.content).toBe('You said: Hello there!');
  });

  it('reads answers that the provider has compressed, streamed and not', async () => {
    site.practice.behave({ gzip: true });
    const { data, response } = await site.openai.chat.completions
      .create({ model: 'small', messages: hello })
      .withResponse();
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(data.choices[0]?.message.content).toBe('You said: Hello there!');
    const stream = await site.openai.chat.completions.create({ model: 'small', messages: hello, stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('You said: Hello there!');
  });
});
