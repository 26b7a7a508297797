import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:http2';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Rule } from '../../src/practice/behaviour/behaviour.ts';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents, model, provider } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/*
 * Failures behind a 200, on a real Envoy, for each of them × {stream, non-stream} × {first of two fails, all fail}; and
 * that watching changes nothing else: bytes, their pace, and Envoy's life with answers of megabytes and slow readers.
 */

const secret = 'sk-sluice-watch-test-key';
const authorised = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
const onlyHidden = { on: [429, 'bodyError'], coolDown: { failures: 0 } };

let practice: Practice;
/** Answers as the test at hand says, byte by byte if it wants to. */
let raw: RecordingProvider;
let answerRaw: (response: ServerResponse, provider: string) => void;
let gateway: TestGateway;

beforeAll(async () => {
  practice = await startPractice();
  raw = await startRecordingProvider((response, { path }) => answerRaw(response, path.split('/')[1] ?? ''));
  const rawUrl = `http://127.0.0.1:${raw.port}`;
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('first', `${practice.url}/first/v1`),
        provider('second', `${practice.url}/second/v1`),
        provider('claude-first', `${practice.url}/first/v1`, { schema: 'anthropic' }),
        provider('claude-second', `${practice.url}/second/v1`, { schema: 'anthropic' }),
        provider('raw-first', `${rawUrl}/first/v1`),
        provider('raw-second', `${rawUrl}/second/v1`),
        model('watched', ['first/one', 'second/two'], { retry: onlyHidden }),
        model('single', ['first/one'], { retry: onlyHidden }),
        model('plain', ['first/one', 'second/two'], { retry: { coolDown: { failures: 0 } } }),
        model('cooling', ['first/one', 'second/two'], {
          retry: { ...onlyHidden, coolDown: { failures: 2, for: '1m' } },
        }),
        model('claude', ['claude-first/one', 'claude-second/two'], { retry: onlyHidden }),
        model('quick', ['first/one', 'second/two'], {
          retry: { on: [429], firstTokenTimeout: '300ms', coolDown: { failures: 0 } },
        }),
        model('impatient', ['first/one', 'second/two'], {
          retry: { on: [429], attemptTimeout: '300ms', firstTokenTimeout: '1m', coolDown: { failures: 0 } },
        }),
        model('raw-plain', ['raw-first/one', 'raw-second/two']),
        model('raw', ['raw-first/one', 'raw-second/two'], { retry: onlyHidden }),
        model('raw-quick', ['raw-first/one', 'raw-second/two'], { retry: { ...onlyHidden, firstTokenTimeout: '2s' } }),
        apiKey('test', 'CALLER_KEY'),
      ),
    },
    env: { CALLER_KEY: secret },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await practice?.close();
  await raw?.close();
});

beforeEach(() => {
  practice.clear();
  answerRaw = (response, name) => answerJson(response, 200, { from: name });
});

interface Dialect {
  readonly path: string;
  readonly model: string;
  readonly prefix: string;
  readonly errorType: string;
  readonly lastEvent: string;
}

const dialects: readonly Dialect[] = [
  {
    path: '/v1/chat/completions',
    model: 'watched',
    prefix: '',
    errorType: 'server_error',
    lastEvent: 'data: [DONE]',
  },
  {
    path: '/v1/messages',
    model: 'claude',
    prefix: 'claude-',
    errorType: 'api_error',
    lastEvent: 'data: {"type":"message_stop"}',
  },
];
const openai = dialects[0] as Dialect;

function post(name: string, stream: boolean, path = openai.path): Promise<Response> {
  return fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { ...authorised, 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ model: name, stream, max_tokens: 50, messages: [{ role: 'user', content: 'Hello' }] }),
  });
}

async function ask(name: string, stream: boolean, path = openai.path) {
  const response = await post(name, stream, path);
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    attempts: (response.headers.get('x-sluice-attempts') ?? '').replaceAll(', ', ','),
    requestId: response.headers.get('x-request-id') ?? '',
    text: await response.text(),
  };
}

interface Hidden {
  readonly name: string;
  readonly stream: boolean;
  readonly rule: Rule;
  /** Of our own error, where the provider's is none that can be read. */
  readonly code?: string;
}

const hidden: readonly Hidden[] = [
  { name: 'an error as body', stream: false, rule: { fault: { kind: 'error-under-200' } } },
  { name: 'an error as body', stream: true, rule: { fault: { kind: 'error-under-200' } } },
  { name: 'an error as first event', stream: true, rule: { fault: { kind: 'first-event-error' } } },
  {
    name: 'JSON that is not all there',
    stream: false,
    rule: { fault: { kind: 'truncated-json' } },
    code: 'provider_unreachable',
  },
  {
    name: 'a body that breaks off',
    stream: false,
    rule: { firstChunkDelayMs: 30, fault: { kind: 'cut', at: 1 } },
    code: 'provider_unreachable',
  },
  {
    name: 'a stream that breaks off before its first event',
    stream: true,
    rule: { fault: { kind: 'cut', at: 'after-headers' } },
    code: 'provider_unreachable',
  },
];

describe.each(dialects)('at $path', ({ path, model: name, prefix, errorType, lastEvent }) => {
  describe.each(hidden)('$name, stream: $stream', ({ stream, rule, code }) => {
    it('leads to the second target', async () => {
      practice.behave({ account: 'first', ...rule });
      const answer = await ask(name, stream, path);
      expect(answer, answer.text).toMatchObject({ status: 200, attempts: `${prefix}first/one,${prefix}second/two` });
      if (stream) expect(answer.text.trimEnd().endsWith(lastEvent)).toBe(true);
      else expect(JSON.parse(answer.text)).toMatchObject({ model: 'two' });
      expect(practice.requests.map(({ account }) => account)).toEqual(['first', 'second']);
      expect(practice.requests.map(({ body }) => (body as { model: string }).model)).toEqual(['one', 'two']);
    });

    it("is an error in the caller's dialect when all fail", async () => {
      practice.behave(rule);
      const answer = await ask(name, stream, path);
      expect(answer, answer.text).toMatchObject({ status: 502, attempts: `${prefix}first/one,${prefix}second/two` });
      expect(answer.type).toContain('application/json');
      expect(answer.requestId).toMatch(/^[0-9a-f-]{36}$/);
      const body = JSON.parse(answer.text);
      expect(body.error).toMatchObject({ type: errorType, message: expect.any(String) });
      if (prefix !== '') expect(body.type).toBe('error');
      if (code !== undefined && prefix === '') expect(body.error.code).toBe(code);
    });
  });

  it.each([{ stream: false }, { stream: true }])('passes a proper answer on, stream: $stream', async ({ stream }) => {
    const answer = await ask(name, stream, path);
    expect(answer, answer.text).toMatchObject({ status: 200, attempts: `${prefix}first/one` });
    expect(practice.requests).toHaveLength(1);
  });
});

describe('a chain of one target', () => {
  it('gives the error a status', async () => {
    practice.behave({ fault: { kind: 'error-under-200' } });
    expect(await ask('single', false)).toMatchObject({ status: 502, attempts: 'first/one' });
    practice.behave({ fault: { kind: 'first-event-error' } });
    expect(await ask('single', true)).toMatchObject({ status: 502, attempts: 'first/one', type: 'application/json' });
  });
});

describe('failures in the open', () => {
  it('are retried as the rest of the policy says, and no further', async () => {
    practice.behave({ account: 'first', fault: { kind: 'status', status: 502 } });
    expect(await ask('watched', false)).toMatchObject({ status: 502, attempts: 'first/one' });
    practice.behave({ account: 'first', fault: { kind: 'status', status: 429 } });
    expect(await ask('watched', true)).toMatchObject({ status: 200, attempts: 'first/one,second/two' });
  });
});

describe('a target that keeps failing behind a 200', () => {
  it('cools down like any other', async () => {
    practice.behave({ account: 'first', fault: { kind: 'error-under-200' } });
    for (let i = 0; i < 2; i++) expect((await ask('cooling', false)).attempts).toBe('first/one,second/two');
    expect((await ask('cooling', false)).attempts).toBe('second/two');
  });
});

describe('a first token that is late', () => {
  it.each<[string, Rule]>([
    ['behind early headers', { firstChunkDelayMs: 3_000 }],
    ['behind late headers', { headersDelayMs: 3_000 }],
  ])('%s leads to the next target', async (_, rule) => {
    practice.behave({ account: 'first', ...rule });
    const startedAt = performance.now();
    expect(await ask('quick', true)).toMatchObject({ status: 200, attempts: 'first/one,second/two' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('is a time-out for the caller when nobody is left', async () => {
    practice.behave({ firstChunkDelayMs: 3_000 });
    const answer = await ask('quick', true);
    expect(answer).toMatchObject({ status: 504, attempts: 'first/one,second/two' });
    expect(JSON.parse(answer.text).error.code).toBe('provider_timeout');
  });

  it('is bounded by the time of an attempt as well', async () => {
    practice.behave({ account: 'first', firstChunkDelayMs: 3_000 });
    const startedAt = performance.now();
    expect(await ask('impatient', true)).toMatchObject({ status: 200, attempts: 'first/one,second/two' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('is no matter without a stream', async () => {
    practice.behave({ headersDelayMs: 500 });
    expect(await ask('quick', false)).toMatchObject({ status: 200, attempts: 'first/one' });
  });
});

const event = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;

function startStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
}

/** As fast as the other side takes it. */
function writeMany(response: ServerResponse, piece: string, times: number): void {
  let left = times;
  const more = (): void => {
    while (left-- > 0) if (!response.write(piece)) return void response.once('drain', more);
    response.end();
  };
  more();
}

async function readSlowly(response: Response, pauseMs: number, pauses: number): Promise<number> {
  let bytes = 0;
  let left = pauses;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (left-- > 0) await sleep(pauseMs);
  }
  return bytes;
}

describe('a stream that is watched', () => {
  it('arrives chunk by chunk, not when it has ended', async () => {
    let send: ((content: string) => void) | undefined;
    let end: (() => void) | undefined;
    answerRaw = (response) => {
      startStream(response);
      response.write(event('0'));
      send = (content) => void response.write(event(content));
      end = () => void response.end();
    };
    const response = await post('raw-quick', true);
    const reader = response.body?.getReader();
    const next = async () => Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(await next()).toBe(event('0'));
    // Each is only sent when the one before has arrived.
    for (const content of ['1', '2', '3']) {
      send?.(content);
      expect(await next()).toBe(event(content));
    }
    end?.();
    expect((await reader?.read())?.done).toBe(true);
  });

  it('may come one byte at a time', async () => {
    const text = `: wait\r\n\r\n${event('größe')}data: [DONE]\r\n\r\n`;
    answerRaw = async (response) => {
      startStream(response);
      response.socket?.setNoDelay(true);
      for (const byte of Buffer.from(text)) {
        response.write(Buffer.of(byte));
        await sleep(1);
      }
      response.end();
    };
    expect(await ask('raw-quick', true)).toMatchObject({ status: 200, attempts: 'raw-first/one', text });
  });

  it('passes when it begins with more than anybody can judge', async () => {
    const text = `data: ${'x'.repeat(2_000_000)}\n\n`;
    answerRaw = (response) => {
      startStream(response);
      response.end(text);
    };
    const answer = await ask('raw-quick', true);
    expect(answer).toMatchObject({ status: 200, attempts: 'raw-first/one' });
    expect(answer.text === text).toBe(true);
  });

  it('that is compressed all the same passes unjudged', async () => {
    answerRaw = (response) => {
      // Nobody asked for it: neither is it to be read here.
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'x-own' });
      response.end('data: {"error":{}}\n\n');
    };
    expect(await ask('raw', true)).toMatchObject({ status: 200, attempts: 'raw-first/one' });
    expect(raw.requests.at(-1)?.headers).not.toHaveProperty('accept-encoding');
  });

  it('tells the provider when the caller has gone', async () => {
    let isClosed = false;
    answerRaw = (response) => {
      startStream(response);
      response.write(event('0'));
      response.on('close', () => {
        isClosed = true;
      });
    };
    const response = await post('raw', true);
    await response.body?.cancel();
    await until('the provider sees the end', () => isClosed);
  });
});

describe('answers of megabytes', () => {
  const piece = event('x'.repeat(16 * 1024));

  it('arrive whole as a stream, at fast and at slow readers, and Envoy lives on', async () => {
    answerRaw = (response) => {
      startStream(response);
      writeMany(response, piece, 320);
    };
    const pid = gateway.envoy.pid;
    const readers = [0, 5, 20].map(async (pauseMs) => readSlowly(await post('raw', true), pauseMs, 30));
    expect(await Promise.all(readers)).toEqual([0, 1, 2].map(() => 320 * piece.length));
    expect(gateway.envoy.pid).toBe(pid);
    expect(await gateway.envoy.stat('server.live')).toBe(1);
  });

  it('arrive whole as one body, at fast and at slow readers', async () => {
    const body = JSON.stringify({ data: 'x'.repeat(5_000_000) });
    answerRaw = (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    for (const pauseMs of [0, 10]) expect(await readSlowly(await post('raw', false), pauseMs, 20)).toBe(body.length);
    expect(await gateway.envoy.stat('server.live')).toBe(1);
  });

  it('do no harm when nobody reads them, over HTTP/2 with windows of any size', async () => {
    answerRaw = (response) => {
      startStream(response);
      writeMany(response, piece, 320);
    };
    // One stream fills its own buffer where the window is small; several fill the connection's where it is large, until
    // there are too many frames in it.
    for (const [window, streams, maxFrameSize, closed] of [
      [65_535, 3, 16_384, 0],
      [2 ** 30, 10, 16_384, 0],
      [2 ** 30, 80, 16_384, 1],
      [2 ** 30, 80, 2 ** 24 - 1, 2],
    ] as const) {
      const left = await leaveUnread(window, streams, maxFrameSize);
      if (closed > 0)
        await expect.poll(() => gateway.envoy.stat('http2.outbound_flood'), { timeout: 20_000 }).toBe(closed);
      expect(await gateway.envoy.stat('server.live')).toBe(1);
      left.close();
    }
    expect(await ask('plain', false)).toMatchObject({ status: 200 });
  });

  it('do no harm while large prompts of others fill the connection to the processor', async () => {
    practice.behave({ account: 'first', chunkDelayMs: 20 });
    const watched = Array.from({ length: 10 }, () => ask('watched', true));
    const prompt = JSON.stringify({ model: 'raw-plain', messages: [{ role: 'user', content: 'y'.repeat(4_000_000) }] });
    const others = Array.from({ length: 8 }, () =>
      fetch(`${gateway.url}${openai.path}`, { method: 'POST', headers: authorised, body: prompt }),
    );
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual(others.map(() => 200));
    for (const answer of await Promise.all(watched))
      expect(answer).toMatchObject({ status: 200, attempts: 'first/one' });
  });
});

/** Requests on one connection, of whose answers nobody reads more than the first headers. */
async function leaveUnread(
  window: number,
  streams: number,
  maxFrameSize: number,
): Promise<{ readonly close: () => void }> {
  let towardsEnvoy: Socket | undefined;
  const between = createServer((client) => {
    const socket = connectTcp(gateway.port, '127.0.0.1');
    towardsEnvoy = socket;
    client.pipe(socket).pipe(client);
    for (const [end, other] of [
      [client, socket],
      [socket, client],
    ] as const) {
      end.on('error', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const session = connect(`http://127.0.0.1:${(between.address() as AddressInfo).port}`, {
    settings: { initialWindowSize: window, maxFrameSize },
  });
  session.on('error', () => undefined);
  await once(session, 'connect');
  if (window > 65_535) session.setLocalWindowSize(window);
  const arrived = raw.requests.length + streams;
  for (let n = 0; n < streams; n++) {
    const stream = session.request({ ':method': 'POST', ':path': openai.path, ...authorised });
    stream.on('error', () => undefined);
    stream.end(JSON.stringify({ model: 'raw', stream: true, messages: [] }));
    if (n > 0) continue;
    await once(stream, 'response');
    towardsEnvoy?.unpipe();
    towardsEnvoy?.pause();
  }
  await until('the provider has been asked', () => raw.requests.length >= arrived);
  // As long as it takes Envoy to take what a provider on the same machine has.
  await sleep(1_000);
  return {
    close() {
      session.destroy();
      towardsEnvoy?.destroy();
      between.close();
    },
  };
}

async function metric(pattern: RegExp): Promise<number> {
  const pages = await Promise.all(gateway.processors.map((each) => each.metrics()));
  return pages.reduce((sum, page) => sum + Number(pattern.exec(page)?.[1] ?? 0), 0);
}

const outcome = (name: string) =>
  metric(new RegExp(`^sluice_watched_responses_total\\{outcome="${name}"\\} (\\d+)`, 'm'));
const streamsOpened = () => metric(/^sluice_transport_events_total\{event="stream_opened"\} (\d+)/m);

describe('what is counted', () => {
  it('tells what passed from what failed', async () => {
    const before = [await outcome('passed'), await outcome('error'), await outcome('broken')];
    await ask('watched', false);
    practice.behave({ account: 'first', fault: { kind: 'error-under-200' } });
    await ask('watched', false);
    practice.clear();
    practice.behave({ account: 'first', fault: { kind: 'truncated-json' } });
    await ask('watched', false);
    const after = [await outcome('passed'), await outcome('error'), await outcome('broken')];
    expect(after.map((count, i) => count - (before[i] ?? 0))).toEqual([3, 1, 1]);
  });

  it('shows that a model that is not watched costs one stream, and a watched one two', async () => {
    const cost = async (name: string, stream: boolean): Promise<number> => {
      const before = await streamsOpened();
      await ask(name, stream);
      return (await streamsOpened()) - before;
    };
    expect(await streamsOpened()).toBeGreaterThan(0);
    expect([await cost('plain', false), await cost('plain', true), await cost('quick', false)]).toEqual([1, 1, 1]);
    expect([await cost('watched', false), await cost('watched', true), await cost('quick', true)]).toEqual([2, 2, 2]);
  });
});
