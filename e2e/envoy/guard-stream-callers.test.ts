import { request as plainRequest } from 'node:http';
import { connect } from 'node:http2';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { eventsOf } from '../../src/llm/stream/testing/streams.ts';
import { errorOfStream, textOfStream } from '../support/api-shapes.ts';
import {
  chat,
  choice,
  dribble,
  events,
  forbidden,
  guardedStreams,
  hidden,
  shapeOf,
  told,
} from '../support/guarded-streams.ts';
import { answerJson } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/* Callers of guarded streams, on a real Envoy: those that leave, that speak otherwise, and the official libraries. */

const site = guardedStreams();

describe('a caller', () => {
  it('that leaves ends the call of the provider', async () => {
    let isClosed = false;
    site.answer = (response) => {
      response.on('close', () => {
        isClosed = true;
      });
      events(response).write(choice(0, { content: 'so far TCK-1' }));
    };
    const leaving = new AbortController();
    const response = await site.ask('redacting', chat.request('hello', true), chat.path, leaving.signal);
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toContain('so far ');
    leaving.abort();
    await until('the provider is left as well', () => isClosed);
  });

  it('whose stream is blocked has the call of the provider ended', async () => {
    let isClosed = false;
    site.answer = (response) => {
      response.on('close', () => {
        isClosed = true;
      });
      events(response).write(choice(0, { content: `so far ${forbidden} ` }));
    };
    const raw = await site.streamOf('blocking');
    expect(errorOfStream(raw)).toMatchObject({ type: 'guardrail_violation' });
    await until('the provider is left as well', () => isClosed);
  });

  it('may speak HTTP/2', async () => {
    site.answer = (response) => dribble(response, chat.stream([...told]).join(''));
    const session = connect(site.gateway.url);
    const read = (key: string) =>
      new Promise<string>((resolve, reject) => {
        const headers = { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' };
        const request = session.request({ ':method': 'POST', ':path': chat.path, ...headers });
        let text = '';
        request.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        request.on('end', () => resolve(text)).on('error', reject);
        request.end(JSON.stringify(chat.request('hello', true)));
      });
    try {
      const [redacted, blocked] = await Promise.all([read('redacting'), read('blocking')]);
      expect(textOfStream(redacted ?? '')).toBe(hidden);
      expect(errorOfStream(blocked ?? '')).toMatchObject({ type: 'guardrail_violation' });
    } finally {
      session.close();
    }
  });

  it('may send trailers behind a body in pieces', async () => {
    site.answer = (response) => answerJson(response, 200, chat.answer?.('fine'));
    const status = await new Promise((resolve, reject) => {
      const request = plainRequest(`${site.gateway.url}${chat.path}`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk-blocking', 'content-type': 'application/json', trailer: 'x-sum' },
      });
      request.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
      const body = JSON.stringify(chat.request(`so ${forbidden}`, true));
      request.write(body.slice(0, 60));
      request.addTrailers({ 'x-sum': '1' });
      request.end(body.slice(60));
    });
    expect(status).toBe(403);
    expect(site.provider.requests).toEqual([]);
  });

  it('is told so when its body is too large, before anybody looks at it', async () => {
    const response = await site.ask('blocking', chat.request(`${forbidden} ${'x'.repeat(80_000)}`, false));
    expect(response.status).toBe(413);
    expect(await response.text()).not.toContain('TCK');
    expect(site.provider.requests).toEqual([]);
  });

  it('of the official OpenAI library gets an error it knows', async () => {
    const openai = new OpenAI({ apiKey: 'sk-blocking', baseURL: `${site.gateway.url}/v1`, maxRetries: 0 });
    const body = { model: 'm', stream: true as const };
    site.answer = (response) => events(response).end(chat.stream(['so far ', told]).join(''));
    const user = (content: string) => [{ role: 'user' as const, content }];
    let text = '';
    const reading = (async () => {
      const stream = await openai.chat.completions.create({ ...body, messages: user('hello') });
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    })();
    await expect(reading).rejects.toBeInstanceOf(OpenAI.APIError);
    await expect(reading).rejects.toMatchObject({ type: 'guardrail_violation', message: 'Not for you.' });
    expect(text).toBe('so far about ');
    const refused = openai.chat.completions.create({ ...body, messages: user(forbidden) });
    await expect(refused).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
    await expect(refused).rejects.toMatchObject({ status: 403, type: 'guardrail_violation' });

    const responses = shapeOf('responses');
    site.answer = (response) => events(response).end(responses.stream(['so far ', told]).join(''));
    const responding = (async () => {
      for await (const _ of await openai.responses.create({ ...body, input: 'hello' }));
    })();
    await expect(responding).rejects.toMatchObject({ type: 'guardrail_violation', message: 'Not for you.' });
    // What Codex waits for; without it the stream counts as torn, and is asked for again.
    const raw = await site.streamOf('blocking', 'hello', responses);
    expect(eventsOf(Buffer.from(raw)).at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'invalid_prompt', message: 'Not for you.' } },
    });
  });

  it('of an official library gets one for an answer that is no stream, too', async () => {
    const openai = new OpenAI({ apiKey: 'sk-blocking', baseURL: `${site.gateway.url}/v1`, maxRetries: 0 });
    site.answer = (response) => answerJson(response, 200, chat.answer?.(told));
    const asked = openai.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hello' }] });
    await expect(asked).rejects.toMatchObject({ status: 403, type: 'guardrail_violation' });
  });

  it('of the official Anthropic library as well', async () => {
    const anthropic = new Anthropic({ apiKey: 'sk-blocking', baseURL: site.gateway.url, maxRetries: 0 });
    const talk = (content: string) =>
      anthropic.messages.stream({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content }] });
    let text = '';
    site.answer = (response) => events(response).end(shapeOf('messages').stream(['so far ', told]).join(''));
    const reading = talk('hello')
      .on('text', (piece) => {
        text += piece;
      })
      .finalMessage();
    await expect(reading).rejects.toBeInstanceOf(Anthropic.APIError);
    await expect(reading).rejects.toThrow(/Not for you/);
    expect(text).toBe('so far about ');
    const refused = talk(forbidden).finalMessage();
    await expect(refused).rejects.toBeInstanceOf(Anthropic.PermissionDeniedError);
    await expect(refused).rejects.toThrow(/Not for you/);
  });
});

it('nothing of all this is left in any log, metric, record, trace or configuration', () => site.expectNothingLeft());
