import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents, model, provider } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';

/*
 * Bytes that no client library would send. What two servers could read in two ways is refused; what is left reaches the
 * provider in one form, and only once.
 */

const key = 'sk-sluice-hostile-test-key';
const path = '/v1/chat/completions';
const body = '{"model":"m","messages":[]}';
const host = 'host: gateway';
const authorization = `authorization: Bearer ${key}`;
const json = 'content-type: application/json';
const length = `content-length: ${body.length}`;
const complete = [host, authorization, json, length];
const webSocket = ['connection: upgrade', 'upgrade: websocket'];

let upstream: RecordingProvider;
let gateway: TestGateway;
let seenBefore = 0;

beforeAll(async () => {
  upstream = await startRecordingProvider((response) => answerJson(response, 200, { choices: [] }));
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('one', `http://127.0.0.1:${upstream.port}/v1`, { credential: { none: {} } }),
        model('m', ['one/m']),
        apiKey('test', 'CALLER_KEY'),
      ),
    },
    env: { CALLER_KEY: key },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await upstream?.close();
});
beforeEach(() => {
  seenBefore = upstream.requests.length;
});

const reached = () => upstream.requests.slice(seenBefore);

/** A request as bytes; the connection is to end with it. */
function request(line: string, headers: readonly string[], content: string | Buffer = body): Buffer {
  return Buffer.concat([
    Buffer.from(`${[line, ...headers, 'connection: close'].join('\r\n')}\r\n\r\n`, 'latin1'),
    Buffer.from(content),
  ]);
}

/** All that the gateway says until it closes the connection. */
function say(...pieces: readonly Buffer[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    let text = '';
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
    const next = (at: number) => {
      if (at < pieces.length) socket.write(pieces[at] as Buffer, () => setImmediate(next, at + 1));
    };
    next(0);
  });
}

const statusesIn = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
const lastBodyIn = (text: string) => text.slice(text.lastIndexOf('\r\n\r\n') + 4);

const post = `POST ${path} HTTP/1.1`;
const without = (line: string) => complete.filter((each) => each !== line);
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const smuggled = `0\r\n\r\nGET /v1/models HTTP/1.1\r\n${host}\r\n${authorization}\r\n\r\n`;

describe('what is no HTTP, or could be read in two ways', () => {
  it.each<[string, number, Buffer]>([
    ['a length and chunks', 400, request(post, [...complete, 'transfer-encoding: chunked'], smuggled)],
    ['two lengths', 400, request(post, [...complete, 'content-length: 5'])],
    ['two lengths in one line', 400, request(post, [...without(length), `${length}, ${body.length}`])],
    ['a length with a sign', 400, request(post, [...without(length), `content-length: +${body.length}`])],
    [
      'an encoding that is almost chunked',
      501,
      request(post, [...without(length), 'transfer-encoding: xchunked'], chunked),
    ],
    [
      'chunks within another encoding',
      501,
      request(post, [...without(length), 'transfer-encoding: gzip, chunked'], chunked),
    ],
    [
      'a space behind the name of a header',
      400,
      request(post, [...without(length), 'transfer-encoding : chunked'], chunked),
    ],
    ['a header with a null byte', 400, request(post, [...complete, 'x-a: a\0b'])],
    ['a path with a null byte', 400, request('POST /v1/chat\0/completions HTTP/1.1', complete)],
    ['a path with a fragment', 400, request(`POST ${path}#x HTTP/1.1`, complete)],
    ['a request without a host', 400, request(post, without(host))],
    ['another scheme than that of the listener', 403, request(`POST https://gateway${path} HTTP/1.1`, complete)],
    ['HTTP/1.0', 426, request(`POST ${path} HTTP/1.0`, complete)],
    [
      'more headers than anybody needs',
      431,
      request(post, [...complete, ...Array.from({ length: 120 }, (_, i) => `x-${i}: a`)]),
    ],
    ['longer headers than anybody needs', 431, request(post, [...complete, `x-a: ${'a'.repeat(70_000)}`])],
    ['a TLS handshake', 400, Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'latin1')],
    ['a tunnel', 404, request('CONNECT example.com:443 HTTP/1.1', ['host: example.com:443', authorization], '')],
    ['a WebSocket', 400, request(post, [...complete, ...webSocket])],
    ['an escaped slash', 400, request('POST /v1%2fchat%2fcompletions HTTP/1.1', complete)],
    ['a path above the root', 404, request('POST /v1/../../v1/../etc HTTP/1.1', complete)],
    ['two types', 415, request(post, [...complete, 'content-type: text/plain'])],
    [
      'a compressed body',
      415,
      request(
        post,
        [host, authorization, json, 'content-encoding: gzip', `content-length: ${gzipSync(body).length}`],
        gzipSync(body),
      ),
    ],
    ['two keys in two lines', 401, request(post, [...complete, 'authorization: Bearer sk-other'])],
    ['two keys in two headers', 401, request(post, [...complete, 'x-api-key: sk-other'])],
  ])('%s: %i, as JSON, and nobody asked', async (_title, status, bytes) => {
    const answer = await say(bytes);
    expect(statusesIn(answer), answer).toEqual([status]);
    expect(JSON.parse(lastBodyIn(answer)).error).toMatchObject({
      message: expect.any(String),
      type: 'invalid_request_error',
    });
    expect(reached()).toEqual([]);
  });

  it('says of WebSockets that there are none here, and not that the key may not have them', async () => {
    const answer = await say(request('GET /v1/realtime?model=m HTTP/1.1', [host, authorization, ...webSocket], ''));
    expect(statusesIn(answer), answer).toEqual([400]);
    expect(JSON.parse(lastBodyIn(answer)).error).toMatchObject({
      code: 'upgrade_not_served',
      message: expect.stringContaining('WebSockets are not served'),
    });
  });
});

describe('what is unusual, and means one thing only', () => {
  it.each<[string, string, readonly string[]]>([
    ['slashes that are doubled', `POST /${path.replaceAll('/', '//')} HTTP/1.1`, complete],
    ['dots', 'POST /v1/x/%2e%2e/./chat/completions HTTP/1.1', complete],
    ['letters that are escaped', 'POST /v1/%63hat/completions HTTP/1.1', complete],
    ['a URL in the place of the path', `POST http://elsewhere${path} HTTP/1.1`, complete],
    ['a header over two lines', post, [...complete, 'x-a: b\r\n c']],
    [
      'an offer of HTTP/2',
      post,
      [...complete, 'connection: upgrade, http2-settings', 'upgrade: h2c', 'http2-settings: AAMAAABkAAQA'],
    ],
    ['an expectation that nobody knows', post, [...complete, 'expect: a-miracle']],
    ['names with an underscore', post, [...complete, 'x_sluice_credential: sk-other', 'x_forwarded_for: 1.2.3.4']],
    [
      'another path and method in headers',
      post,
      [...complete, 'x-original-url: /v1/files', 'x-http-method-override: DELETE'],
    ],
  ])('%s: one request, in the usual form', async (_title, line, headers) => {
    const answer = await say(request(line, headers));
    expect(statusesIn(answer), answer).toEqual([200]);
    const [only, ...more] = reached();
    expect(more).toEqual([]);
    expect(only).toMatchObject({ method: 'POST', path, body });
    const names = Object.keys(only?.headers ?? {});
    const usual = ['host', 'content-type', 'content-length', 'x-request-id', 'x-a'];
    expect(names.filter((name) => !usual.includes(name))).toEqual([]);
    expect(only?.headers.host).toBe(`127.0.0.1:${upstream.port}`);
  });

  it('asks for the body that waits for a word', async () => {
    expect(statusesIn(await say(request(post, [...complete, 'expect: 100-continue'])))).toEqual([100, 200]);
    expect(reached()[0]?.headers).not.toHaveProperty('expect');
  });

  it('takes a request byte by byte, and a body in chunks of one byte, with trailers', async () => {
    const bytes = request(post, complete);
    expect(statusesIn(await say(...Array.from(bytes, (byte) => Buffer.of(byte))))).toEqual([200]);
    const chunks = [...body].map((letter) => `1\r\n${letter}\r\n`).join('');
    const late = request(post, [...without(length), 'transfer-encoding: chunked'], `${chunks}0\r\nx-late: 1\r\n\r\n`);
    expect(statusesIn(await say(late))).toEqual([200]);
    expect(reached().map((each) => each.body)).toEqual([body, body]);
  });

  it('answers requests that follow each other unasked in their order, each on its own', async () => {
    const first = `${[post, ...complete].join('\r\n')}\r\n\r\n${body}`;
    const second = `${[post, ...without(authorization)].join('\r\n')}\r\n\r\n${body}`;
    const answer = await say(Buffer.concat([Buffer.from(first + second), request(post, complete)]));
    expect(statusesIn(answer)).toEqual([200, 401, 200]);
    expect(reached()).toHaveLength(2);
  });
});
