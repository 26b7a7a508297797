import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../start.ts';
import { ask, chat, contentOf, message } from '../testing/client.ts';

let practice: Practice;

beforeAll(async () => {
  practice = await startPractice();
});
beforeEach(() => practice.clear());
afterAll(() => practice.close());

const stream = { stream: true };
const dialects = [
  ['openai', chat],
  ['anthropic', message],
] as const;

describe.each(dialects)('Told to fail, the practice provider (%s)', (_name, question) => {
  it.each([400, 401, 429, 500, 503, 529])(
    'answers %i with an error of its dialect, streaming or not',
    async (status) => {
      practice.behave({ fault: { kind: 'status', status, message: 'No.' } });
      for (const more of [{}, stream]) {
        const seen = await ask(practice.url, question('any', more));
        expect(seen.status).toBe(status);
        expect(seen.headers['content-type']).toBe('application/json');
        expect(JSON.parse(seen.text).error).toMatchObject({ message: 'No.', type: expect.any(String) });
        expect(seen.headers['retry-after']).toBe(status === 429 ? '1' : undefined);
      }
    },
  );

  it.each(['close', 'reset'] as const)('cuts before the headers: %s', async (how) => {
    practice.behave({ fault: { kind: 'cut', at: 'before-headers', how } });
    expect(await ask(practice.url, question('any'))).toMatchObject({ status: undefined, broken: 'ECONNRESET' });
  });

  it.each(['close', 'reset'] as const)('cuts after the headers: %s', async (how) => {
    practice.behave({ fault: { kind: 'cut', at: 'after-headers', how } });
    for (const more of [{}, stream]) {
      const seen = await ask(practice.url, question('any', more));
      expect(seen).toMatchObject({ status: 200, text: '', broken: 'ECONNRESET' });
    }
  });

  it('cuts a stream after its start and before its first content', async () => {
    practice.behave({ fault: { kind: 'cut', at: 'before-content' } });
    const seen = await ask(practice.url, question('any', stream));
    expect(seen).toMatchObject({ status: 200, broken: 'ECONNRESET' });
    expect(seen.text).toContain('assistant');
    expect(contentOf(seen)).toEqual([]);
  });

  it.each(['close', 'reset'] as const)('cuts a stream after so many chunks of content: %s', async (how) => {
    practice.behave({ fault: { kind: 'cut', at: 2, how } });
    const seen = await ask(practice.url, question('any', stream));
    expect(seen).toMatchObject({ status: 200, broken: 'ECONNRESET' });
    expect(contentOf(seen)).toEqual(['You', ' said:']);
  });

  it('cuts a JSON answer in its middle', async () => {
    practice.behave({ fault: { kind: 'cut', at: 1 } });
    const seen = await ask(practice.url, question('any'));
    expect(seen).toMatchObject({ status: 200, broken: 'ECONNRESET' });
    expect(seen.bytes.length).toBeGreaterThan(0);
    expect(seen.bytes.length).toBeLessThan(Number(seen.headers['content-length']));
  });

  it('answers 200 with an error as its body, streaming or not', async () => {
    practice.behave({ fault: { kind: 'error-under-200' } });
    for (const more of [{}, stream]) {
      const seen = await ask(practice.url, question('any', more));
      expect(seen).toMatchObject({ status: 200, broken: undefined });
      expect(JSON.parse(seen.text).error.message).toEqual(expect.any(String));
    }
  });

  it('sends an error as the only event of a stream', async () => {
    practice.behave({ fault: { kind: 'first-event-error' } });
    const seen = await ask(practice.url, question('any', stream));
    expect(seen).toMatchObject({ status: 200, broken: undefined });
    expect(seen.headers['content-type']).toContain('text/event-stream');
    expect(seen.text.match(/^data: .*"error":\{/gm)).toHaveLength(1);
    expect(contentOf(seen)).toEqual([]);
  });

  it('ends a complete HTTP answer in the middle of its JSON', async () => {
    practice.behave({ fault: { kind: 'truncated-json' } });
    const plain = await ask(practice.url, question('any'));
    expect(plain).toMatchObject({ status: 200, broken: undefined });
    expect(plain.text.startsWith('{')).toBe(true);
    expect(() => JSON.parse(plain.text)).toThrow();

    const streamed = await ask(practice.url, question('any', stream));
    const last = /data: (.*)$/.exec(streamed.text)?.[1] ?? '{}';
    expect(streamed.broken).toBeUndefined();
    expect(() => JSON.parse(last)).toThrow();
    expect(streamed.text).not.toMatch(/\[DONE\]|message_stop/);
  });
});

describe('Told to fail in its first event, a stream of responses', () => {
  it('has begun, says why in an event with its type, and ends with the response that failed', async () => {
    practice.behave({ fault: { kind: 'first-event-error' } });
    const seen = await ask(practice.url, { path: '/v1/responses', body: { model: 'any', input: 'Hi', ...stream } });
    expect(seen).toMatchObject({ status: 200, broken: undefined });
    const names = [...seen.text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
    const events = [...seen.text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));
    expect(names).toEqual(['response.created', 'response.in_progress', 'error', 'response.failed']);
    expect(events.map(({ type }) => type)).toEqual(names);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual([0, 1, 2, 3]);
    const [created, , error, failed] = events;
    const { message } = error.error;
    expect(error.error).toEqual({
      type: 'server_error',
      code: 'server_error',
      message: expect.any(String),
      param: null,
    });
    expect(failed.response).toEqual({
      ...created.response,
      status: 'failed',
      error: { code: 'server_error', message },
    });
    expect(failed.response).toMatchObject({ output: [], usage: null });
  });
});

describe('Told to be slow, the practice provider', () => {
  it('waits before the headers', async () => {
    practice.behave({ headersDelayMs: 60 });
    expect((await ask(practice.url, chat('any'))).headersAfterMs).toBeGreaterThan(55);
  });

  it('waits between the headers and the first content', async () => {
    practice.behave({ firstChunkDelayMs: 60 });
    const seen = await ask(practice.url, chat('any'));
    expect(seen.piecesAfterMs[0]).toBeGreaterThan(50);
    const streamed = await ask(practice.url, message('any', stream));
    expect(streamed.piecesAfterMs.at(-1)).toBeGreaterThan(50);
  });

  it('waits between chunks of content', async () => {
    practice.behave({ chunkDelayMs: 20 });
    const seen = await ask(practice.url, chat('any', stream));
    expect(contentOf(seen)).toHaveLength(4);
    // Four chunks of content, so three pauses.
    expect(seen.piecesAfterMs.at(-1)).toBeGreaterThan(50);
  });

  it('never answers, and lets the connection go when it closes', async () => {
    const own = await startPractice({ behaviours: [{ fault: { kind: 'never-answer' } }] });
    const seen = ask(own.url, chat('any'));
    const silence = new Promise((resolve) => setTimeout(resolve, 60, 'silence'));
    expect(await Promise.race([seen, silence])).toBe('silence');
    await own.close();
    expect(await seen).toMatchObject({ status: undefined, broken: 'ECONNRESET' });
  });
});

describe('Told to compress, the practice provider', () => {
  const accepting = { 'accept-encoding': 'br, gzip', 'anthropic-version': '2023-06-01' };

  it('does so for clients that accept it', async () => {
    practice.behave({ gzip: true });
    const seen = await ask(practice.url, { ...chat('any'), headers: accepting });
    expect(seen.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(JSON.parse(gunzipSync(seen.bytes).toString()).choices[0].message.content).toBe('You said: Hello there!');
  });

  it('sends a compressed stream event by event', async () => {
    practice.behave({ gzip: true, chunkDelayMs: 20 });
    const seen = await ask(practice.url, { ...message('any', stream), headers: accepting });
    expect(gunzipSync(seen.bytes).toString()).toContain('message_stop');
    expect(seen.piecesAfterMs.filter((ms, at, all) => ms - (all[at - 1] ?? 0) > 10).length).toBeGreaterThanOrEqual(3);
  });

  it('does not for clients that do not', async () => {
    practice.behave({ gzip: true });
    for (const headers of [{}, { 'accept-encoding': 'gzip;q=0, br' }]) {
      const seen = await ask(practice.url, { ...chat('any'), headers });
      expect(seen.headers).not.toHaveProperty('content-encoding');
      expect(JSON.parse(seen.text).object).toBe('chat.completion');
    }
  });
});
