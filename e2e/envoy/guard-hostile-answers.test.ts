import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { beginStream, chat, hostileProvider, streamOf, ticket } from '../support/hostile-provider.ts';

/* Answers that are hard to judge as a whole: by their form, their name, their size or their status, on a real Envoy. */

const site = hostileProvider();

describe('a provider that compresses although asked not to', () => {
  it('is asked not to, and has its JSON judged', async () => {
    site.answer = (response, request) => {
      expect(request.headers['accept-encoding'] ?? 'identity').toBe('identity');
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify(chat?.answer?.(`see ${ticket}`))));
    };
    const response = await site.ask('redact', false);
    expect(response.headers.get('content-encoding')).toBe(null);
    expect(await response.json()).toEqual(chat?.answer?.('see [TICKET]'));
  });

  it('has its streams refused, with an error that says so', async () => {
    site.answer = (response) => {
      beginStream(response, { 'content-encoding': 'gzip' });
      response.end(gzipSync(streamOf(ticket)));
    };
    const response = await site.ask();
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { code: 'response_unreadable' } });
  });
});

describe('JSON under another name', () => {
  it.each(['text/plain', undefined])('is judged as JSON: %s', async (type) => {
    site.answer = (response) => {
      response.writeHead(200, type === undefined ? {} : { 'content-type': type });
      response.end(JSON.stringify(chat?.answer?.(`see ${ticket}`)).replace('TCK', '\\u0054CK'));
    };
    const response = await site.ask('redact', false);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(JSON.stringify(chat?.answer?.('see [TICKET]')));
  });

  it('is refused where it is a stream of events, or of lines', async () => {
    for (const body of [streamOf('see TCK-', '123456'), '{"response":"TCK-"}\n{"response":"123456"}\n']) {
      site.answer = (response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(body);
      };
      const response = await site.ask();
      expect(response.status).toBe(502);
      expect(await response.text()).not.toContain('123456');
    }
  });
});

describe('an answer that is larger than can be held', () => {
  it('is refused in words that say so, and does not look like a fault of the gateway', async () => {
    site.answer = (response) => {
      const content = 'x'.repeat(21 * 1024 * 1024);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: 'c', choices: [{ index: 0, message: { role: 'assistant', content } }] }));
    };
    const refused = await site.ask('redact', false);
    expect(refused.status).toBe(502);
    expect(await refused.json()).toMatchObject({ error: { type: 'server_error', code: 'response_too_large' } });
  });
});

describe("a provider's refusal", () => {
  it.each<['redact' | 'block', number, string]>([
    ['redact', 400, '{"error":{"message":"no such thing as [TICKET]","type":"invalid_request_error"}}'],
    ['block', 403, 'guardrail_violation'],
  ])('is judged, since the caller reads it: %s', async (key, status, expected) => {
    site.answer = (response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `no such thing as ${ticket}`, type: 'invalid_request_error' } }));
    };
    const response = await site.ask(key, false);
    const text = await response.text();
    expect([response.status, text]).toEqual([status, expect.stringContaining(expected)]);
    expect(text).not.toContain('123456');
  });
});
