import type { ServerResponse } from 'node:http';
import { request as plainRequest } from 'node:http';
import { connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { type Receiver, startReceiver } from '../../src/lib/otlp/testing/receiver.ts';
import { apiShapes, errorOfStream, textOfStream } from '../support/api-shapes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { document, documents } from '../support/policy-documents.ts';
import {
  answerJson,
  type RecordedRequest,
  type RecordingProvider,
  startRecordingProvider,
} from '../support/recording-provider.ts';
import { until } from '../support/until.ts';
import { everythingWritten } from '../support/written.ts';

/* Streams that behave badly, and callers that do, on a real Envoy: what is hidden stays hidden whatever happens. */

const forbidden = 'TCK-123456';
const told = `about ${forbidden} and "größe"`;
const hidden = 'about [TICKET] and "größe"';
const mail = 'ana.garcia@payments-team.org';
const token = /EMAIL_ADDRESS_[a-z0-9]+/g;
const keys = ['redacting', 'blocking', 'reversing', 'observing'];

const shapeOf = (name: string) => {
  const shape = apiShapes.find((each) => each.name === name);
  if (shape?.stream === undefined) throw new Error(`no streams of ${name}`);
  return { ...shape, stream: shape.stream };
};
const chat = shapeOf('chat.completions');

type Answer = (response: ServerResponse, request: RecordedRequest) => unknown;

let collector: Receiver;
let provider: RecordingProvider;
let gateway: TestGateway;
let answer: Answer;

beforeAll(async () => {
  collector = await startReceiver();
  provider = await startRecordingProvider((response, request) => void answer(response, request));
  const endpoint = `http://127.0.0.1:${provider.port}/v1`;
  const rail = (key: string, rule: object) => document('Guardrail', key, { scope: { keys: [key] }, rules: [rule] });
  const tickets = { name: 'tickets', regex: { pattern: 'TCK-\\d{6}' }, redaction: { style: 'text', text: '[TICKET]' } };
  process.env.OTEL_BSP_SCHEDULE_DELAY = '20';
  gateway = await startGateway({
    env: { TENANT_SECRET: 'a tenant secret of more than thirty-two characters' },
    policy: {
      'policy.yaml': documents(
        ...['openai', 'anthropic'].map((schema) =>
          document('Provider', schema, { schema, endpoint, credential: { none: {} } }),
        ),
        document('Model', 'm', {
          targets: [{ provider: 'openai' }, { provider: 'anthropic' }],
          retry: { coolDown: { failures: 0 } },
        }),
        rail('redacting', { ...tickets, on: ['response'], action: 'redact' }),
        rail('blocking', { ...tickets, on: ['request', 'response'], action: 'block', message: 'Not for you.' }),
        rail('observing', { ...tickets, on: ['request', 'response'], action: 'observe' }),
        rail('reversing', { name: 'data', pii: {}, action: 'redact', redaction: { style: 'reversible' } }),
        ...keys.map((key) => document('ApiKey', key, { hash: `sha256:${sha256Hex(`sk-${key}`)}` })),
        document('GatewayPolicy', 'default', {
          redactionSecret: { env: 'TENANT_SECRET' },
          maxBodySize: '64KiB',
          accessLog: { fields: 'full' },
          telemetry: { otlp: { endpoint: collector.url } },
          records: { decisions: { stdout: true }, usage: { stdout: true } },
        }),
      ),
    },
  });
  delete process.env.OTEL_BSP_SCHEDULE_DELAY;
});
afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
  collector?.close();
});
beforeEach(() => {
  (provider.requests as unknown[]).length = 0;
});

function ask(key: string, body: object, path = chat.path, signal?: AbortSignal): Promise<Response> {
  return fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
}

async function streamOf(key: string, text = 'hello', shape = chat): Promise<string> {
  const response = await ask(key, shape.request(text, true), shape.path);
  expect(response.status).toBe(200);
  return response.text();
}

function events(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' });
}

/** One write for each byte, so that Envoy passes on what it happens to have. */
async function dribble(response: ServerResponse, text: string): Promise<void> {
  events(response);
  response.socket?.setNoDelay(true);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at++) {
    response.write(bytes.subarray(at, at + 1));
    if (at % 4 === 3) await new Promise(setImmediate);
  }
  response.end();
}

function choice(index: number, delta: object): string {
  return `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index, delta, finish_reason: null }] })}\n\n`;
}
const done = 'data: [DONE]\n\n';

describe('bytes that come one by one', () => {
  it.each(['chat.completions', 'completions', 'responses', 'messages'])(
    'are redacted as the whole is: %s',
    async (name) => {
      const shape = shapeOf(name);
      const whole = shape.stream([...told]).join('');
      answer = (response) => dribble(response, whole);
      const raw = await streamOf('redacting', 'hello', shape);
      expect(textOfStream(raw)).toBe(hidden);
      expect(raw).not.toMatch(/TCK|123456/);
    },
  );

  it('are blocked where the text is, and nothing of it went out before', async () => {
    answer = (response) => dribble(response, chat.stream([...told]).join(''));
    const raw = await streamOf('blocking');
    expect(textOfStream(raw)).toBe('about ');
    expect(errorOfStream(raw)).toMatchObject({ type: 'guardrail_violation', message: 'Not for you.' });
  });

  it('pass untouched where a rule only observes', async () => {
    const whole = chat.stream([...told]).join('');
    answer = (response) => dribble(response, whole);
    expect(await streamOf('observing')).toBe(whole);
  });
});

describe('texts of one stream', () => {
  it('are kept apart: two choices and two tool calls, by turns', async () => {
    const call = (index: number, text: string, head: object = {}) =>
      choice(1, { tool_calls: [{ index, ...head, function: { arguments: text } }] });
    const named = (id: string) => ({ id, type: 'function' });
    answer = (response) =>
      events(response).end(
        [
          choice(0, { content: 'see TCK-1' }),
          choice(1, { content: 'see TCK-6' }),
          call(0, '{"id":"TCK-', named('a')),
          call(1, '{"id":"TC', named('b')),
          choice(0, { content: '23456!' }),
          choice(1, { content: '5432 no' }),
          call(1, 'K-00000'),
          call(0, '111111"}'),
          call(1, '\\u0030"}'),
          done,
        ].join(''),
      );
    const raw = await streamOf('redacting');
    const texts: Record<string, string> = {};
    for (const line of raw.split('\n\n')) {
      if (!line.startsWith('data: {')) continue;
      const [{ index, delta }] = JSON.parse(line.slice(6)).choices;
      const add = (name: string, text: string) => {
        texts[name] = (texts[name] ?? '') + text;
      };
      add(`choice ${index}`, delta.content ?? '');
      for (const each of delta.tool_calls ?? []) add(`call ${each.index}`, each.function?.arguments ?? '');
    }
    expect(texts).toMatchObject({ 'choice 0': 'see [TICKET]!', 'choice 1': 'see TCK-65432 no' });
    expect(JSON.parse(texts['call 0'] ?? '')).toEqual({ id: '[TICKET]' });
    expect(JSON.parse(texts['call 1'] ?? '')).toEqual({ id: '[TICKET]' });
  });

  it('give hidden values back in the arguments of a tool, and wherever a response repeats them', async () => {
    const shape = shapeOf('responses');
    answer = (response, request) => {
      const [found = ''] = request.body.match(token) ?? [];
      events(response).end(shape.stream(['To ', ...`${found.toLowerCase()}'s box`]).join(''));
    };
    const raw = await streamOf('reversing', `Write to ${mail}`, shape);
    expect(provider.requests[0]?.body).not.toContain('garcia');
    expect(raw).not.toMatch(/email_address/i);
    const last = JSON.parse(raw.trimEnd().split('data: ').at(-1) ?? '');
    expect(last.response.output[0].content[0].text).toBe(`To ${mail}'s box`);
    expect(raw.split(mail).length).toBeGreaterThanOrEqual(5);

    answer = (response, request) => {
      const [found = ''] = request.body.match(token) ?? [];
      const pieces = JSON.stringify({ to: found, note: 'a"b' }).match(/.{1,5}/g) ?? [];
      events(response).end(
        pieces
          .map((text, index) =>
            choice(0, {
              tool_calls: [
                { index: 0, ...(index === 0 && { id: 't', type: 'function' }), function: { arguments: text } },
              ],
            }),
          )
          .join('') + done,
      );
    };
    const args = [...(await streamOf('reversing', `Write to ${mail}`)).matchAll(/"arguments":("(?:[^"\\]|\\.)*")/g)]
      .map(([, text]) => JSON.parse(text ?? '""'))
      .join('');
    expect(JSON.parse(args)).toEqual({ to: mail, note: 'a"b' });
  });
});

describe('a stream of pictures', () => {
  const picture = (type: string, more: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, b64_json: 'iVBORw0KGgo1'.repeat(9_000), ...more })}\n\n`;
  const partial = picture('image_generation.partial_image', { partial_image_index: 0 });
  const stream = (prompt: string) =>
    partial + picture('image_generation.completed', { revised_prompt: prompt, usage: { total_tokens: 9 } });
  const streamTo = async (key: string): Promise<string> =>
    (await ask(key, { model: 'm', prompt: 'a cat', stream: true }, '/v1/images/generations')).text();

  it('passes, and what is said about them is judged', async () => {
    answer = (response) => events(response).end(stream(told));
    expect(await streamTo('observing')).toBe(stream(told));
    expect(await streamTo('redacting')).toBe(stream(hidden));
    const blocked = await streamTo('blocking');
    expect(blocked.startsWith(partial)).toBe(true);
    expect(errorOfStream(blocked)).toMatchObject({ code: 'guardrail_violation', message: 'Not for you.' });
    expect(blocked).not.toContain('TCK');
  });
});

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
    answer = (response) => events(response).end(body);
    const raw = await streamOf('redacting');
    expect(textOfStream(raw)).toBe('so far ');
    expect(errorOfStream(raw)).toMatchObject({ code: 'response_unreadable' });
    expect(raw).not.toMatch(/TCK|123456/);
  });

  it('ends with a clear error where an event is larger than can be held', async () => {
    answer = (response) => {
      events(response).write(choice(0, { content: 'so far ' }));
      response.on('error', () => {});
      const piece = Buffer.alloc(1024 * 1024, 'x');
      response.write('data: {"choices":[{"index":0,"delta":{"content":"TCK-123456 ');
      for (let index = 0; index < 9; index++) response.write(piece);
      response.end('"}}]}\n\n');
    };
    const raw = await streamOf('redacting');
    expect(textOfStream(raw)).toBe('so far ');
    expect(errorOfStream(raw)).toMatchObject({ code: 'response_unreadable' });
    expect(raw.length).toBeLessThan(2_000);
  });

  it('is refused where it comes compressed although nobody asked, and JSON is read all the same', async () => {
    answer = (response, { headers }) => {
      expect(headers['accept-encoding'] ?? 'identity').toBe('identity');
      response
        .writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
        .end(gzipSync(chat.stream([told]).join('')));
    };
    const refused = await ask('redacting', chat.request('hello', true));
    expect(refused.status).toBe(502);
    expect(JSON.parse(await refused.text()).error).toMatchObject({ code: 'response_unreadable' });
    answer = (response) => {
      const body = gzipSync(JSON.stringify(chat.answer?.(told)));
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'content-encoding': 'gzip',
          'content-length': body.length,
        })
        .end(body);
    };
    const read = await ask('redacting', chat.request('hello', false));
    const text = await read.text();
    expect([read.status, JSON.parse(text)]).toEqual([200, chat.answer?.(hidden)]);
    expect(read.headers.get('content-encoding')).toBeNull();
    expect(read.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
  });

  it('breaks off for the caller where the provider breaks off, and what was held back stays held back', async () => {
    answer = async (response) => {
      events(response).write(choice(0, { content: 'so far ' }));
      response.write(choice(0, { content: 'TCK-12345' }));
      await sleep(50);
      response.destroy();
    };
    const response = await ask('redacting', chat.request('hello', true));
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
    answer = (response) => events(response).end(`${choice(0, { content: 'it is TCK-12' })}${done.trimEnd()}`);
    expect(textOfStream(await streamOf('redacting'))).toBe('it is TCK-12');
    answer = (response) => events(response).end(choice(0, { content: 'it is TCK-12' }));
    expect(textOfStream(await streamOf('redacting'))).toBe('it is TCK-12');
  });

  it('may end with trailers', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', trailer: 'x-sum' });
      for (const piece of chat.stream([...told])) response.write(piece);
      response.addTrailers({ 'x-sum': '1' });
      response.end();
    };
    expect(textOfStream(await streamOf('redacting'))).toBe(hidden);
  });
});

describe('a caller', () => {
  it('that leaves ends the call of the provider', async () => {
    let isClosed = false;
    answer = (response) => {
      response.on('close', () => {
        isClosed = true;
      });
      events(response).write(choice(0, { content: 'so far TCK-1' }));
    };
    const leaving = new AbortController();
    const response = await ask('redacting', chat.request('hello', true), chat.path, leaving.signal);
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toContain('so far ');
    leaving.abort();
    await until('the provider is left as well', () => isClosed);
  });

  it('whose stream is blocked has the call of the provider ended', async () => {
    let isClosed = false;
    answer = (response) => {
      response.on('close', () => {
        isClosed = true;
      });
      events(response).write(choice(0, { content: `so far ${forbidden} ` }));
    };
    const raw = await streamOf('blocking');
    expect(errorOfStream(raw)).toMatchObject({ type: 'guardrail_violation' });
    await until('the provider is left as well', () => isClosed);
  });

  it('may speak HTTP/2', async () => {
    answer = (response) => dribble(response, chat.stream([...told]).join(''));
    const session = connect(gateway.url);
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
    answer = (response) => answerJson(response, 200, chat.answer?.('fine'));
    const status = await new Promise((resolve, reject) => {
      const request = plainRequest(`${gateway.url}${chat.path}`, {
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
    expect(provider.requests).toEqual([]);
  });

  it('is told so when its body is too large, before anybody looks at it', async () => {
    const response = await ask('blocking', chat.request(`${forbidden} ${'x'.repeat(80_000)}`, false));
    expect(response.status).toBe(413);
    expect(await response.text()).not.toContain('TCK');
    expect(provider.requests).toEqual([]);
  });

  it('of the official OpenAI library gets an error it knows', async () => {
    const openai = new OpenAI({ apiKey: 'sk-blocking', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const body = { model: 'm', stream: true as const };
    answer = (response) => events(response).end(chat.stream(['so far ', told]).join(''));
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
    answer = (response) => events(response).end(responses.stream(['so far ', told]).join(''));
    const responding = (async () => {
      for await (const _ of await openai.responses.create({ ...body, input: 'hello' }));
    })();
    await expect(responding).rejects.toThrow(/Not for you/);
  });

  it('of the official Anthropic library as well', async () => {
    const anthropic = new Anthropic({ apiKey: 'sk-blocking', baseURL: gateway.url, maxRetries: 0 });
    const ask = (content: string) =>
      anthropic.messages.stream({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content }] }).finalMessage();
    answer = (response) => events(response).end(shapeOf('messages').stream(['so far ', told]).join(''));
    const reading = ask('hello');
    await expect(reading).rejects.toBeInstanceOf(Anthropic.APIError);
    await expect(reading).rejects.toThrow(/Not for you/);
    const refused = ask(forbidden);
    await expect(refused).rejects.toBeInstanceOf(Anthropic.PermissionDeniedError);
    await expect(refused).rejects.toThrow(/Not for you/);
  });
});

it('fifty streams at a time do not know of each other', async () => {
  answer = async (response, request) => {
    const [found = ''] = request.body.match(token) ?? [];
    events(response);
    for (const event of chat.stream([...`Dear ${found}, ${forbidden}.`])) {
      response.write(event);
      if (Math.random() < 0.2) await sleep(1);
    }
    response.end();
  };
  const texts = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const isReversing = index % 2 === 0;
      const own = `user${index}@payments-team.org`;
      const text = textOfStream(await streamOf(isReversing ? 'reversing' : 'redacting', isReversing ? own : 'hello'));
      return text === (isReversing ? `Dear ${own}, ${forbidden}.` : 'Dear , [TICKET].') ? '' : text;
    }),
  );
  expect(texts.filter((text) => text !== '')).toEqual([]);
});

it('nothing of all this is left in any log, metric, record, trace or configuration', async () => {
  await until('spans arrive', () => collector.spans.length > 20);
  const written = await everythingWritten(gateway, collector);
  expect(written['log and records of the processors']).toContain('"kind":"decision"');
  expect(written['log and records of the processors']).toContain('"kind":"usage"');
  expect(written['log and access log of Envoy']).toContain('/v1/chat/completions');
  for (const [place, text] of Object.entries(written)) {
    expect(text.length, place).toBeGreaterThan(0);
    expect(text, place).not.toMatch(
      /TCK|123456|garcia|payments-team|so far|größe|tenant secret of|sk-(?:redact|block|revers)/,
    );
  }
});
