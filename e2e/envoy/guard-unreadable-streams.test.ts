import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { eventsOf } from '../../src/llm/stream/testing/streams.ts';
import { errorOfStream, textOfStream } from '../support/api-shapes.ts';
import { events, forbidden, guardedStreams, shapeOf } from '../support/guarded-streams.ts';

/* Streams that a redacting guardrail cannot read, in each dialect: the caller gets an error event that its library knows. */

const site = guardedStreams();
const requestId = /^[0-9a-f-]{36}$/;

/** What comes instead of events. */
const garbage: Readonly<Record<string, string | Buffer>> = {
  'words that are no JSON': 'data: upstream said TCK-123456\n\n',
  'an event that ends in its middle': 'data: {"type":"x","text":"TCK-123456\n\n',
  'JSON that is no object': 'data: ["TCK-123456"]\n\n',
  'a page of a proxy': '<html><body>502 Bad Gateway TCK-123456</body></html>\n\n',
  'lines of JSON': '{"choices":[{"delta":{"content":"TCK-123456"}}]}\n{"done":true}\n',
  'bytes that are no text': Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0x20, 0x22, 0xff, 0xfe, 0x22, 0x0a, 0x0a]),
};
const dialects = ['chat.completions', 'completions', 'responses', 'messages'];
const cases = dialects.flatMap((name) =>
  Object.keys(garbage).flatMap((title) => [[name, title, 'first'] as const, [name, title, 'behind a text'] as const]),
);

/** Events before the end of a text, as the provider would send them. */
const beginningOf = (name: string): string => {
  const stream = shapeOf(name).stream(['so far ']);
  const until = stream.findIndex((event) => event.includes('so far '));
  return stream.slice(0, until + 1).join('');
};

describe('a stream that cannot be read', () => {
  it.each(cases)('ends with an error of %s: %s, %s', async (name, title, place) => {
    const before = place === 'first' ? '' : beginningOf(name);
    site.answer = (response) =>
      events(response).end(Buffer.concat([Buffer.from(before), Buffer.from(garbage[title] ?? '')]));
    const shape = shapeOf(name);
    const response = await site.ask('redacting', shape.request('hello', true), shape.path);
    const raw = await response.text();
    expect(raw, `${response.status}`).not.toMatch(/TCK|123456|Bad Gateway/);
    if (response.status !== 200) {
      expect(place).toBe('first');
      expect(response.status).toBe(502);
      expect(JSON.parse(raw).error).toMatchObject({ message: expect.any(String) });
      return;
    }
    expect(textOfStream(raw)).toBe(place === 'first' ? '' : 'so far ');
    const error = errorOfStream(raw);
    expect(error, raw).toMatchObject({ type: name === 'messages' ? 'api_error' : 'server_error' });
    expect(error?.message).toMatch(/\S/);
    if (name === 'messages') {
      expect(raw).toMatch(/\n\nevent: error\ndata: |^event: error\ndata: /);
      expect(eventsOf(Buffer.from(raw)).at(-1)).toMatchObject({
        type: 'error',
        request_id: expect.stringMatching(requestId),
      });
    }
    if (name === 'responses') expect(eventsOf(Buffer.from(raw)).at(-1)).toMatchObject({ type: 'response.failed' });
  });

  it('goes on with an event of an unknown kind, whose texts are redacted, and without lines that are no part of events', async () => {
    for (const name of dialects) {
      const kind = 'event: news\ndata: {"type":"news","choices":[],"text":"TCK-123456"}\n\n';
      const stray = 'trace: TCK-123456\n';
      site.answer = (response) =>
        events(response).end(`${beginningOf(name)}${kind}${stray}${shapeOf(name).stream(['so far ', 'on']).at(-1)}`);
      const raw = await site.streamOf('redacting', 'hello', shapeOf(name));
      expect(raw, name).toContain('[TICKET]');
      expect(raw, name).not.toMatch(/TCK|123456|trace/);
    }
  });

  it('makes the official libraries throw', async () => {
    const openai = new OpenAI({ apiKey: 'sk-redacting', baseURL: `${site.gateway.url}/v1`, maxRetries: 0 });
    const anthropic = new Anthropic({ apiKey: 'sk-redacting', baseURL: site.gateway.url, maxRetries: 0 });
    const asked: Readonly<Record<string, () => Promise<AsyncIterable<unknown>>>> = {
      'chat.completions': () =>
        openai.chat.completions.create({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hello' }] }),
      completions: () => openai.completions.create({ model: 'm', stream: true, prompt: 'hello' }),
      responses: () => openai.responses.create({ model: 'm', stream: true, input: 'hello' }),
      messages: () =>
        anthropic.messages.create({
          model: 'm',
          stream: true,
          max_tokens: 9,
          messages: [{ role: 'user', content: 'hello' }],
        }),
    };
    for (const [name, ask] of Object.entries(asked)) {
      site.answer = (response) => events(response).end(`${beginningOf(name)}data: upstream said ${forbidden}\n\n`);
      const reading = (async () => {
        for await (const _ of await ask());
      })();
      const error = (await reading.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )) as Error | undefined;
      expect(error, name).toBeInstanceOf(name === 'messages' ? Anthropic.APIError : OpenAI.APIError);
      expect(error?.message, name).toMatch(/must check and cannot read/);
    }
  });
});

describe('a block', () => {
  it('names guardrail and rule where the official libraries show them', async () => {
    const openai = new OpenAI({ apiKey: 'sk-blocking', baseURL: `${site.gateway.url}/v1`, maxRetries: 0 });
    const anthropic = new Anthropic({ apiKey: 'sk-blocking', baseURL: site.gateway.url, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: forbidden }];
    await expect(openai.chat.completions.create({ model: 'm', messages })).rejects.toMatchObject({
      status: 403,
      code: 'guardrail_violation',
      requestID: expect.stringMatching(requestId),
      error: { guardrail: 'blocking', rule: 'tickets' },
    });
    await expect(anthropic.messages.create({ model: 'm', max_tokens: 9, messages })).rejects.toMatchObject({
      status: 403,
      type: 'guardrail_violation',
      requestID: expect.stringMatching(requestId),
      error: {
        type: 'error',
        error: { guardrail: 'blocking', rule: 'tickets' },
        request_id: expect.stringMatching(requestId),
      },
    });
  });
});

it('nothing of all this is left in any log, metric, record, trace or configuration', () => site.expectNothingLeft());
