import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { errorEvent } from './error-event.ts';
import { chatChunk, named } from './testing/streams.ts';

const error = { type: 'guardrail_violation', code: 'pii', message: 'refused by "pii"', requestId: 'req_1' };

/** An answer that begins well and ends with the error. */
function answering(start: string, end: Buffer): typeof fetch {
  const body = Buffer.concat([Buffer.from(start), end]);
  const headers = { 'content-type': 'text/event-stream' };
  return async () => new Response(new Uint8Array(body), { status: 200, headers });
}

/** What a caller gets: how many events, and the error that ends them. */
async function consumed(stream: Promise<AsyncIterable<unknown>>): Promise<{ events: number; error: unknown }> {
  let events = 0;
  try {
    for await (const _ of await stream) events++;
    return { events, error: undefined };
  } catch (thrown) {
    return { events, error: thrown };
  }
}

const options = { apiKey: 'k', maxRetries: 0, baseURL: 'http://127.0.0.1:9/v1' };

describe('errorEvent()', () => {
  it('is an error of the OpenAI client in a chat', async () => {
    const client = new OpenAI({
      ...options,
      fetch: answering(chatChunk({ content: 'a' }), errorEvent('chat.completions', error)),
    });
    const result = await consumed(client.chat.completions.create({ model: 'm', messages: [], stream: true }));
    expect(result).toMatchObject({ events: 1, error: { code: 'pii', type: 'guardrail_violation' } });
    expect(String(result.error)).toContain('refused by "pii"');
  });

  it('is an error of the OpenAI client in a completion', async () => {
    const client = new OpenAI({ ...options, fetch: answering('', errorEvent('completions', error)) });
    const result = await consumed(client.completions.create({ model: 'm', prompt: 'p', stream: true }));
    expect(result).toMatchObject({ events: 0, error: { code: 'pii' } });
  });

  it('is an error of the OpenAI client in a response', async () => {
    const start = named({ type: 'response.created', response: {}, sequence_number: 0 } as never);
    const place = { nextNumber: 1, response: undefined };
    const client = new OpenAI({ ...options, fetch: answering(start, errorEvent('responses', error, place)) });
    const result = await consumed(client.responses.create({ model: 'm', input: 'i', stream: true }));
    expect(result).toMatchObject({ events: 1, error: { code: 'pii', type: 'guardrail_violation' } });
    expect(String(result.error)).toContain('refused by "pii"');
  });

  it('says the error of a response where it is documented, where it is sent, and in the response that failed', () => {
    const blocked = { ...error, code: 'guardrail_violation', members: { rule: 'pii' } };
    const response = { id: 'resp_1', model: 'm', createdAt: 7 };
    const text = errorEvent('responses', blocked, { nextNumber: 4, response }).toString();
    const [first, second] = text.split('\n\n').map((event) => JSON.parse(event.split('data: ')[1] ?? 'null'));
    const said = { code: 'guardrail_violation', message: 'refused by "pii"', param: null, rule: 'pii' };
    expect(first).toEqual({
      type: 'error',
      ...said,
      error: { type: 'guardrail_violation', ...said, request_id: 'req_1' },
      sequence_number: 4,
    });
    expect(second).toMatchObject({
      type: 'response.failed',
      response: {
        id: 'resp_1',
        model: 'm',
        created_at: 7,
        status: 'failed',
        error: { code: 'invalid_prompt', message: 'refused by "pii"' },
      },
      sequence_number: 5,
    });
    expect(text).toMatch(/^event: error\n[\s\S]*\n\nevent: response\.failed\n[\s\S]*\n\n$/);
  });

  it.each([
    ['budget_exceeded', 'insufficient_quota'],
    ['response_unreadable', 'server_error'],
  ])('lets a response fail of %s with %s', (code, expected) => {
    const text = errorEvent('responses', { ...error, code }).toString();
    expect(text).toContain(`"error":{"code":"${expected}"`);
    expect(text).toContain('"id":"resp_req_1"');
  });

  it('is an error of the Anthropic client in a message', async () => {
    const start = named({ type: 'message_start', message: { content: [] } } as never);
    const client = new Anthropic({ ...options, fetch: answering(start, errorEvent('messages', error)) });
    const result = await consumed(client.messages.create({ model: 'm', max_tokens: 1, messages: [], stream: true }));
    expect(result).toMatchObject({ events: 1, error: { error: { error: { type: 'guardrail_violation' } } } });
    expect(String(result.error)).toContain('refused by');
  });

  it('ends a chat as chats end', () => {
    expect(errorEvent('chat.completions', error).toString()).toMatch(
      /^data: \{"error":\{.*\}\}\n\ndata: \[DONE\]\n\n$/,
    );
  });
});
