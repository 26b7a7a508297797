import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiShapes, errorOfStream, textOfStream } from '../support/api-shapes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, document, documents, model, provider } from '../support/policy-documents.ts';
import { type RecordedRequest, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/* Providers and callers that make it hard to judge an answer, on a real Envoy. */

const ticket = 'TCK-123456';
const chat = apiShapes.find(({ name }) => name === 'chat.completions');
const stop = 'data: [DONE]\n\n';

let gateway: TestGateway;
let server: RecordingProvider;
let answer: (response: ServerResponse, request: RecordedRequest) => unknown;

beforeAll(async () => {
  server = await startRecordingProvider((response, request) => void answer(response, request));
  const rail = (action: string) =>
    document('Guardrail', action, {
      scope: { keys: [action] },
      rules: [
        {
          name: 'tickets',
          on: ['response'],
          regex: { pattern: 'TCK-\\d{6}' },
          action,
          message: 'No tickets.',
          redaction: { text: '[TICKET]' },
        },
      ],
    });
  gateway = await startGateway({
    env: { REDACT_KEY: 'sk-sluice-test-key-redact', BLOCK_KEY: 'sk-sluice-test-key-block' },
    policy: {
      'policy.yaml': documents(
        provider('openai', `http://127.0.0.1:${server.port}/v1`, { credential: { none: {} } }),
        provider('claude', `http://127.0.0.1:${server.port}/v1`, { schema: 'anthropic', credential: { none: {} } }),
        model('m', ['openai/m', 'claude/m']),
        apiKey('redact', 'REDACT_KEY'),
        apiKey('block', 'BLOCK_KEY'),
        rail('redact'),
        rail('block'),
      ),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await server?.close();
});

function ask(key = 'redact', isStream = true, signal?: AbortSignal): Promise<Response> {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer sk-sluice-test-key-${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(chat?.request('hello', isStream)),
    ...(signal !== undefined && { signal }),
  });
}

/** All that arrives, also of an answer that breaks off. */
async function received(response: Response): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const piece of response.body ?? []) text += decoder.decode(piece as Uint8Array, { stream: true });
    return { text, isWhole: true };
  } catch {
    return { text, isWhole: false };
  }
}

function begin(response: ServerResponse, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
}

function delta(content: string, index = 0): string {
  return `data: ${JSON.stringify({ id: 'c', choices: [{ index, delta: { content }, finish_reason: null }] })}\n\n`;
}

function argumentsDelta(index: number, more: object): string {
  const tool_calls = [{ index, ...more }];
  return `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { tool_calls }, finish_reason: null }] })}\n\n`;
}

/** What callers see of an answer that is whole. */
async function wholeOf(response: Promise<Response>): Promise<string> {
  const { text, isWhole } = await received(await response);
  expect(isWhole).toBe(true);
  return text;
}

const streamOf = (...pieces: readonly string[]) => (chat?.stream?.(pieces) ?? []).join('');

describe('a stream', () => {
  it('of one byte per write is judged like any other', async () => {
    answer = async (response) => {
      begin(response);
      response.socket?.setNoDelay(true);
      for (const byte of Buffer.from(streamOf('größe ', ticket, ' it is'))) {
        response.write(Buffer.of(byte));
        await sleep(0);
      }
      response.end();
    };
    const text = await wholeOf(ask());
    expect(textOfStream(text)).toBe('größe [TICKET] it is');
    expect(text).not.toContain('123456');
    expect(text.endsWith(stop)).toBe(true);
  });

  it('of several choices at once keeps them apart', async () => {
    answer = (response) => {
      begin(response);
      // Put together in the order of arrival this would be a ticket, and each choice has half of two.
      const pieces: readonly (readonly [number, string])[] = [
        [0, 'a TCK-1'],
        [1, 'b TCK-6'],
        [2, '23456'],
        [0, '23456'],
        [1, '54321 x'],
        [0, ' end'],
      ];
      response.end(pieces.map(([index, text]) => delta(text, index)).join('') + stop);
    };
    const text = await wholeOf(ask());
    const byChoice = ['', '', ''];
    for (const [, data = ''] of text.matchAll(/^data: (\{.*)$/gm)) {
      for (const { index, delta } of JSON.parse(data).choices) byChoice[index] += delta.content ?? '';
    }
    expect(byChoice).toEqual(['a [TICKET] end', 'b [TICKET] x', '23456']);
  });

  it('of arguments of several tools is judged in each of them', async () => {
    const args = JSON.stringify({ to: 'größe', id: ticket, n: 1 });
    answer = (response) => {
      begin(response);
      const heads = [0, 1].map((index) =>
        argumentsDelta(index, { id: `t${index}`, function: { name: 'f', arguments: '' } }),
      );
      const pieces = [...args].flatMap((piece) =>
        [0, 1].map((at) => argumentsDelta(at, { function: { arguments: piece } })),
      );
      response.end([...heads, ...pieces, stop].join(''));
    };
    const text = await wholeOf(ask());
    const byTool = ['', ''];
    for (const [, data = ''] of text.matchAll(/^data: (\{.*)$/gm)) {
      for (const { delta } of JSON.parse(data).choices) {
        for (const call of delta.tool_calls ?? []) byTool[call.index] += call.function?.arguments ?? '';
      }
    }
    expect(byTool.map((text) => JSON.parse(text))).toEqual([0, 1].map(() => ({ to: 'größe', id: '[TICKET]', n: 1 })));
  });

  it('with an event that is no JSON ends with an error, and nothing of it or behind it goes out', async () => {
    answer = (response) => {
      begin(response);
      response.end(
        `${delta('before ')}data: {"choices":[{"index":0,"delta":{"content":"${ticket}"\n\n${delta('behind')}${stop}`,
      );
    };
    const text = await wholeOf(ask());
    expect(errorOfStream(text)).toMatchObject({ code: 'response_unreadable' });
    expect(text).not.toMatch(/123456|behind/);
  });

  it('with an event of half a megabyte is judged in all of it', async () => {
    const filler = 'harmless words. '.repeat(32_000);
    answer = (response) => {
      begin(response);
      response.end(delta(`${filler}${ticket} ${filler}`) + stop);
    };
    const text = await wholeOf(ask());
    expect(textOfStream(text)).toBe(`${filler}[TICKET] ${filler}`);
  });

  it('that breaks off while something is held back lets nothing of that out', async () => {
    answer = async (response) => {
      begin(response);
      response.write(delta('fine. ') + delta('TCK-12345'));
      await sleep(100);
      response.destroy();
    };
    const { text, isWhole } = await received(await ask());
    expect(isWhole).toBe(false);
    expect(textOfStream(text)).toBe('fine. ');
    expect(text).not.toContain('TCK');
  });

  it('whose end is missing has its rest judged all the same', async () => {
    answer = (response) => {
      begin(response);
      response.end(delta(`see ${ticket}`).trimEnd());
    };
    expect(await wholeOf(ask())).not.toContain('123456');
  });

  it('that the caller leaves is left at the provider as well', async () => {
    let isClosed = false;
    answer = async (response) => {
      response.on('close', () => {
        isClosed = true;
      });
      begin(response);
      for (let count = 0; count < 2_000 && !isClosed; count++) {
        response.write(delta(`word ${count} `));
        await sleep(5);
      }
      response.end();
    };
    const controller = new AbortController();
    const response = await ask('redact', true, controller.signal);
    await response.body?.getReader().read();
    controller.abort();
    await until('the provider is left', () => isClosed, { limitMs: 5_000 });
  });

  it('that is blocked is left at the provider as well', async () => {
    let isClosed = false;
    answer = async (response) => {
      response.on('close', () => {
        isClosed = true;
      });
      begin(response);
      response.write(delta('word ') + delta(`${ticket} `));
      for (let count = 0; count < 2_000 && !isClosed; count++) {
        response.write(delta(`secret behind ${count} `));
        await sleep(5);
      }
      response.end();
    };
    const text = await wholeOf(ask('block'));
    expect(errorOfStream(text)).toMatchObject({ message: 'No tickets.', type: 'guardrail_violation' });
    expect(text).not.toMatch(/123456|behind/);
    await until('the provider is left', () => isClosed, { limitMs: 5_000 });
  });

  it('is judged apart from fifty others at the same time', async () => {
    answer = async (response, request) => {
      begin(response);
      const { user } = JSON.parse(request.body) as { readonly user: string };
      for (const piece of [`I am ${user}: `, 'TCK-', '1234', '56 ', 'and bye']) {
        response.write(delta(piece));
        await sleep(2);
      }
      response.end(stop);
    };
    const texts = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const response = fetch(`${gateway.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: 'Bearer sk-sluice-test-key-redact', 'content-type': 'application/json' },
          body: JSON.stringify({ ...chat?.request('hello', true), user: `u${index}` }),
        });
        return textOfStream(await wholeOf(response));
      }),
    );
    expect(texts).toEqual(texts.map((_, index) => `I am u${index}: [TICKET] and bye`));
  });
});

describe('a provider that compresses although asked not to', () => {
  it('is asked not to, and has its JSON judged', async () => {
    answer = (response, request) => {
      expect(request.headers['accept-encoding'] ?? 'identity').toBe('identity');
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify(chat?.answer?.(`see ${ticket}`))));
    };
    const response = await ask('redact', false);
    expect(response.headers.get('content-encoding')).toBe(null);
    expect(await response.json()).toEqual(chat?.answer?.('see [TICKET]'));
  });

  it('has its streams refused, with an error that says so', async () => {
    answer = (response) => {
      begin(response, { 'content-encoding': 'gzip' });
      response.end(gzipSync(streamOf(ticket)));
    };
    const response = await ask();
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { code: 'response_unreadable' } });
  });
});

describe('JSON under another name', () => {
  it.each(['text/plain', undefined])('is judged as JSON: %s', async (type) => {
    answer = (response) => {
      response.writeHead(200, type === undefined ? {} : { 'content-type': type });
      response.end(JSON.stringify(chat?.answer?.(`see ${ticket}`)).replace('TCK', '\\u0054CK'));
    };
    const response = await ask('redact', false);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(JSON.stringify(chat?.answer?.('see [TICKET]')));
  });

  it('is refused where it is a stream of events, or of lines', async () => {
    for (const body of [streamOf('see TCK-', '123456'), '{"response":"TCK-"}\n{"response":"123456"}\n']) {
      answer = (response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(body);
      };
      const response = await ask();
      expect(response.status).toBe(502);
      expect(await response.text()).not.toContain('123456');
    }
  });
});

describe('an answer that is larger than can be held', () => {
  it('is refused in words that say so, and does not look like a fault of the gateway', async () => {
    answer = (response) => {
      const content = 'x'.repeat(21 * 1024 * 1024);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: 'c', choices: [{ index: 0, message: { role: 'assistant', content } }] }));
    };
    const refused = await ask('redact', false);
    expect(refused.status).toBe(502);
    expect(await refused.json()).toMatchObject({ error: { type: 'server_error', code: 'response_too_large' } });
  });
});

describe("a provider's refusal", () => {
  it.each([
    ['redact', 400, '{"error":{"message":"no such thing as [TICKET]","type":"invalid_request_error"}}'],
    ['block', 403, 'guardrail_violation'],
  ])('is judged, since the caller reads it: %s', async (key, status, expected) => {
    answer = (response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `no such thing as ${ticket}`, type: 'invalid_request_error' } }));
    };
    const response = await ask(key, false);
    const text = await response.text();
    expect([response.status, text]).toEqual([status, expect.stringContaining(expected)]);
    expect(text).not.toContain('123456');
  });
});
