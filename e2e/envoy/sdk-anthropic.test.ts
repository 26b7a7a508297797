import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { hello, requestId, sdkSite } from '../support/sdk-site.ts';

/* The official client of Anthropic, through the whole gateway: it gets what it expects, errors included. */

const site = sdkSite();

describe('the official Anthropic client', () => {
  const ask = (name: string, client = site.anthropic) =>
    client.messages.create({ model: name, max_tokens: 50, messages: hello });

  it('gets a message, with the id of the request', async () => {
    const { data, response, request_id } = await site.anthropic.messages
      .create({ model: 'sonnet', max_tokens: 50, messages: hello })
      .withResponse();
    expect(data.content).toEqual([{ type: 'text', text: 'You said: Hello there!' }]);
    expect(data).toMatchObject({ stop_reason: 'end_turn', usage: { input_tokens: 3, output_tokens: 6 } });
    expect(request_id).toMatch(/^(req_practice\d+|[0-9a-f-]{36})$/);
    expect(response.headers.get('x-request-id')).toMatch(requestId);
    expect(response.headers.get('x-sluice-provider')).toBe('claude');
    expect(site.practice.requests[0]?.headers).toMatchObject({ 'x-api-key': 'claude-secret' });
    expect(site.practice.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(site.practice.requests[0]?.body).toMatchObject({ model: 'claude-practice', max_tokens: 50 });
  });

  it('gets a message as a stream', async () => {
    const stream = site.anthropic.messages.stream({ model: 'sonnet', max_tokens: 50, messages: hello });
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
    expect((await site.anthropic.messages.create(forced)).content).toMatchObject(called);
    expect((await site.anthropic.messages.stream(forced).finalMessage()).content).toMatchObject(called);
  });

  it('works below /anthropic as well, as Anthropic’s own gateways have it', async () => {
    const below = site.anthropic.withOptions({ baseURL: `${site.gateway.url}/anthropic` });
    expect((await ask('sonnet', below)).role).toBe('assistant');
    expect(site.practice.requests[0]?.path).toBe('/claude/v1/messages');
  });

  it('counts tokens, and lists models', async () => {
    const count = await site.anthropic.messages.countTokens({ model: 'sonnet', messages: hello });
    expect(count.input_tokens).toBe(3);
    const ids: string[] = [];
    for await (const { id } of site.anthropic.models.list()) ids.push(id);
    expect(ids).toContain('sonnet');
    expect(ids).not.toContain('secret');
    expect((await site.anthropic.models.retrieve('sonnet')).type).toBe('model');
    expect((await site.anthropic.models.retrieve('vendor/gpt')).id).toBe('vendor/gpt');
  });

  it('throws the errors that it knows, with the id of the request', async () => {
    const stranger = site.anthropic.withOptions({ apiKey: 'sk-sluice-of-somebody-else' });
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
    for await (const { id } of site.anthropic.models.list()) all.push(id);
    const paged: string[] = [];
    const first = await site.anthropic.models.list({ limit: 2 });
    for await (const { id } of first) paged.push(id);
    expect(first.data.map(({ id }) => id)).toEqual(all.slice(0, 2));
    expect(paged).toEqual(all);
    const last = await site.anthropic.models.list({ limit: 2, before_id: all.at(-1) ?? '' });
    expect(last.data.map(({ id }) => id)).toEqual(all.slice(-3, -1));
    expect(last.has_more).toBe(true);
  });

  it('learns where its base URL is wrong, in its own words', async () => {
    const wrong = ask('sonnet', site.anthropic.withOptions({ baseURL: `${site.gateway.url}/v1` }));
    await expect(wrong).rejects.toMatchObject({ status: 404, type: 'not_found_error' });
    await expect(wrong).rejects.toThrow('What is meant is served at \\"/v1/messages\\"');
    const error = await wrong.catch((thrown: unknown) => thrown);
    expect((error as InstanceType<typeof Anthropic.APIError>).requestID).toMatch(requestId);
  });

  it('can read what Envoy answers when the provider goes away with the headers', async () => {
    site.practice.behave({ fault: { kind: 'cut', at: 'after-headers' } });
    // Either the answer broke off before it had begun for the caller, or a stream that has begun ends.
    const errors = await Promise.all(
      Array.from({ length: 10 }, () =>
        site.anthropic.messages
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
    site.practice.behave({ fault: { kind: 'cut', at: 1 } });
    const stream = site.anthropic.messages.stream({ model: 'sonnet', max_tokens: 50, messages: hello });
    await expect(stream.finalMessage()).rejects.toThrow();
  });
});
