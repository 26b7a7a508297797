import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { errorOfStream, textOfStream } from '../support/api-shapes.ts';
import { chat, choice, done, events, guardedStreams, hidden, told } from '../support/guarded-streams.ts';

/* Streams that behave badly, on a real Envoy: what is hidden stays hidden whatever happens. */

const site = guardedStreams();

describe('a stream that is not as it should be', () => {
  it.each([
    [
      'an event that is no JSON',
      `${choice(0, { content: 'so far ' })}data: {"choices":[{"delta":{"content":"TCK-123456\n\n`,
    ],
    [
      'a member that is there twice',
      `${choice(0, { content: 'so far ' })}data: {"choices":[],"choices":[{"index":0,"delta":{"content":"TCK-123456"}}]}\n\n`,
    ],
    [
      'bytes that are no text',
      Buffer.concat([
        Buffer.from(`${choice(0, { content: 'so far ' })}data: {"choices":[{"delta":{"content":"TCK-123456`),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}}]}\n\n'),
      ]),
    ],
  ])('ends with a clear error: %s', async (_, body) => {
    site.answer = (response) => events(response).end(body);
    const raw = await site.streamOf('redacting');
    expect(textOfStream(raw)).toBe('so far ');
    expect(errorOfStream(raw)).toMatchObject({ code: 'response_unreadable' });
    expect(raw).not.toMatch(/TCK|123456/);
  });

  it('ends with a clear error where an event is larger than can be held', async () => {
    site.answer = (response) => {
      events(response).write(choice(0, { content: 'so far ' }));
      response.on('error', () => {});
      const piece = Buffer.alloc(1024 * 1024, 'x');
      response.write('data: {"choices":[{"index":0,"delta":{"content":"TCK-123456 ');
      for (let index = 0; index < 9; index++) response.write(piece);
      response.end('"}}]}\n\n');
    };
    const raw = await site.streamOf('redacting');
    expect(textOfStream(raw)).toBe('so far ');
    expect(errorOfStream(raw)).toMatchObject({ code: 'response_unreadable' });
    expect(raw.length).toBeLessThan(2_000);
  });

  it('is refused where it comes compressed although nobody asked, and JSON is read all the same', async () => {
    site.answer = (response, { headers }) => {
      expect(headers['accept-encoding'] ?? 'identity').toBe('identity');
      response
        .writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
        .end(gzipSync(chat.stream([told]).join('')));
    };
    const refused = await site.ask('redacting', chat.request('hello', true));
    expect(refused.status).toBe(502);
    expect(JSON.parse(await refused.text()).error).toMatchObject({ code: 'response_unreadable' });
    site.answer = (response) => {
      const body = gzipSync(JSON.stringify(chat.answer?.(told)));
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'content-encoding': 'gzip',
          'content-length': body.length,
        })
        .end(body);
    };
    const read = await site.ask('redacting', chat.request('hello', false));
    const text = await read.text();
    expect([read.status, JSON.parse(text)]).toEqual([200, chat.answer?.(hidden)]);
    expect(read.headers.get('content-encoding')).toBeNull();
    expect(read.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
  });

  it('breaks off for the caller where the provider breaks off, and what was held back stays held back', async () => {
    site.answer = async (response) => {
      events(response).write(choice(0, { content: 'so far ' }));
      response.write(choice(0, { content: 'TCK-12345' }));
      await sleep(50);
      response.destroy();
    };
    const response = await site.ask('redacting', chat.request('hello', true));
    let raw = '';
    const decoder = new TextDecoder();
    const reading = (async () => {
      for await (const piece of response.body ?? []) raw += decoder.decode(piece, { stream: true });
    })();
    await expect(reading).rejects.toThrow();
    expect(textOfStream(raw)).toBe('so far ');
    expect(raw).not.toContain('TCK');
  });

  it('lets out what is held back where its last line or its last event is missing', async () => {
    site.answer = (response) => events(response).end(`${choice(0, { content: 'it is TCK-12' })}${done.trimEnd()}`);
    expect(textOfStream(await site.streamOf('redacting'))).toBe('it is TCK-12');
    site.answer = (response) => events(response).end(choice(0, { content: 'it is TCK-12' }));
    expect(textOfStream(await site.streamOf('redacting'))).toBe('it is TCK-12');
  });

  it('may end with trailers', async () => {
    site.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', trailer: 'x-sum' });
      for (const piece of chat.stream([...told])) response.write(piece);
      response.addTrailers({ 'x-sum': '1' });
      response.end();
    };
    expect(textOfStream(await site.streamOf('redacting'))).toBe(hidden);
  });
});

it('nothing of all this is left in any log, metric, record, trace or configuration', () => site.expectNothingLeft());
