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
    const client = new OpenAI({ ...options, fetch: answering(start, errorEvent('responses', error, 1)) });
    const result = await consumed(client.responses.create({ model: 'm', input: 'i', stream: true }));
    expect(result).toMatchObject({ events: 1, error: { code: 'pii', error: { sequence_number: 1 } } });
    expect(String(result.error)).toContain('refused by "pii"');
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
