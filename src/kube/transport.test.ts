import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { err } from '../lib/result.ts';
import type { KubeError } from './error.ts';
import { plainConnection } from './testing/plain-connection.ts';
import { startTestServer } from './testing/server.ts';
import { createTransport } from './transport.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function transportTo(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
  path = '',
) {
  const server = await startTestServer(answer);
  const transport = createTransport(plainConnection(`${server.url}${path}`), 'a test');
  closing.push(
    () => server.close(),
    () => transport.close(),
  );
  return { transport, server };
}

/** One stream, and what is told of it. */
async function streamOf(answer: (response: ServerResponse) => void, timeoutMs = 2_000) {
  const { transport } = await transportTo((_, response) => answer(response));
  const told: string[] = [];
  const stream = transport.stream(
    { method: 'GET', path: '/watch', timeoutMs },
    {
      onOpen: () => told.push('open'),
      onLine: (line) => told.push(line),
      onEnd: (error) => told.push(`end ${error?.reason ?? 'in order'}`),
    },
  );
  return { transport, stream, told };
}

/** In pieces that arrive one by one. */
async function writeAll(response: ServerResponse, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    response.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('Transport.stream()', () => {
  it('tells whole lines, however the pieces are cut', async () => {
    const lines = ['{"name":"größe"}', '{"name":"b"}', '{"name":"c"}', '{"name":"d"}'];
    const bytes = Buffer.from(`${lines[0]}\n\n${lines[1]}\n${lines[2]}\n${lines[3]}\n{"cut`);
    const cuts = [3, bytes.indexOf(0xc3) + 1, 30, 31, 50];
    const { told } = await streamOf(async (response) => {
      const pieces = [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index]));
      await writeAll(response, pieces);
      response.end();
    });
    await expect.poll(() => told.at(-1)).toBe('end in order');
    expect(told).toEqual(['open', ...lines, 'end in order']);
  });

  it('ends with an error when the connection breaks, and when nobody answers in time', async () => {
    const broken = await streamOf((response) => {
      response.write('a\n');
      setTimeout(() => response.destroy(), 20);
    });
    await expect.poll(() => broken.told).toEqual(['open', 'a', 'end Unreachable']);
    const silent = await streamOf(() => undefined, 40);
    await expect.poll(() => silent.told).toEqual(['end Timeout']);
  });

  it('has no time limit once it is open', async () => {
    const { told } = await streamOf((response) => {
      response.flushHeaders();
      setTimeout(() => response.end('late\n'), 700);
    }, 500);
    await expect.poll(() => told).toEqual(['open', 'late', 'end in order']);
  });

  it.each([
    ['says why it is refused', 403, { kind: 'Status', reason: 'Forbidden' }, 'end Forbidden'],
    ['takes another answer for a fault', 204, undefined, 'end Unreadable'],
  ] as const)('%s', async (_, code, body, end) => {
    const { told } = await streamOf((response) => response.writeHead(code).end(body && JSON.stringify(body)));
    await expect.poll(() => told).toEqual([end]);
  });

  it('tells nothing after it was closed', async () => {
    const responses: ServerResponse[] = [];
    const { told, stream } = await streamOf((response) => {
      responses.push(response);
      response.write('a\n');
    });
    await expect.poll(() => told).toEqual(['open', 'a']);
    stream.close();
    for (const response of responses) response.end('b\n');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(told).toEqual(['open', 'a']);
  });

  it('can be closed before it has begun, by us or by its time limit, and hurts nobody', async () => {
    const late = Promise.withResolvers<void>();
    const connection = plainConnection('http://127.0.0.1:1');
    const transport = createTransport(
      { ...connection, credentials: () => late.promise.then(connection.credentials) },
      'a test',
    );
    closing.push(() => transport.close());
    const told: string[] = [];
    const listener = {
      onOpen: () => told.push('open'),
      onLine: (line: string) => told.push(line),
      onEnd: (error?: KubeError) => told.push(`end ${error?.reason}`),
    };
    transport.stream({ method: 'GET', path: '/', timeoutMs: 2_000 }, listener).close();
    transport.stream({ method: 'GET', path: '/', timeoutMs: 5 }, listener);
    await expect.poll(() => told).toEqual(['end Timeout']);
    // An error that nobody hears would end the process, and this run of the tests.
    late.resolve();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(told).toEqual(['end Timeout']);
  });

  it('ends when the client is closed, and says that', async () => {
    const { told, transport } = await streamOf((response) => response.flushHeaders());
    await expect.poll(() => told).toEqual(['open']);
    transport.close();
    await expect.poll(() => told).toEqual(['open', 'end Closed']);
  });
});

describe('Transport.call()', () => {
  it('asks in full, behind whatever path the address of the server has', async () => {
    let headers: IncomingMessage['headers'] = {};
    const { transport, server } = await transportTo((request, response, body) => {
      headers = request.headers;
      response.end(body);
    }, '/k8s/clusters/c-1/');
    const body = { name: 'größe' };
    const query = { limit: 5, watch: true, continue: undefined };
    const answer = await transport.call({ method: 'POST', path: '/api/v1/things', query, body, timeoutMs: 2_000 });
    expect(answer).toEqual({ ok: true, value: body });
    expect(server.seen).toEqual(['POST /k8s/clusters/c-1/api/v1/things?limit=5&watch=true']);
    expect(headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'content-length': '18',
      'user-agent': 'a test',
    });
    await transport.call({ method: 'GET', path: '/', accept: 'text/plain', timeoutMs: 2_000 });
    expect(headers).toMatchObject({ accept: 'text/plain' });
    expect(headers['content-type']).toBeUndefined();
  });

  it('gives up an API server that ends every connection, and does not repeat what was sent over a new one', async () => {
    let isCutting = false;
    const { transport, server } = await transportTo((request, response) => {
      if (isCutting) request.socket.destroy();
      else response.end('{}');
    });
    const call = () => transport.call({ method: 'POST', path: '/', body: {}, timeoutMs: 2_000 });
    await Promise.all([call(), call(), call()]);
    isCutting = true;
    server.seen.splice(0);
    expect(await call()).toMatchObject({ ok: false, error: { reason: 'Unreachable' } });
    // Three kept connections, and one new one.
    expect(server.seen).toHaveLength(4);
    expect(await call()).toMatchObject({ ok: false, error: { reason: 'Unreachable' } });
    expect(server.seen).toHaveLength(5);
  });

  it('ends with an error where the answer breaks off, or takes too long to come to its end', async () => {
    const broken = await transportTo((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{');
      setTimeout(() => response.destroy(), 20);
    });
    const call = { method: 'GET', path: '/', timeoutMs: 2_000 } as const;
    expect(await broken.transport.call(call)).toMatchObject({ error: { code: 0, reason: 'Unreachable' } });
    const slow = await transportTo((_, response) => response.writeHead(200, { 'content-length': '100' }).write('{'));
    expect(await slow.transport.call({ ...call, timeoutMs: 60 })).toMatchObject({ error: { reason: 'Timeout' } });
  });

  it('does not wait longer than there is time, whatever the API server wants', async () => {
    const { transport, server } = await transportTo((_, response) =>
      response.writeHead(503, { 'retry-after': '5' }).end('{}'),
    );
    const began = performance.now();
    const answer = await transport.call({ method: 'GET', path: '/', timeoutMs: 2_000 });
    expect(answer).toMatchObject({ error: { code: 503, retryAfterMs: 5_000 } });
    expect([server.seen.length, performance.now() - began < 1_500]).toEqual([1, true]);
  });

  it('repeats nothing that was refused for good, even if it says when to come back', async () => {
    const { transport, server } = await transportTo((_, response) =>
      response.writeHead(500, { 'retry-after': '0.01' }).end('{}'),
    );
    expect(await transport.call({ method: 'GET', path: '/', timeoutMs: 2_000 })).toMatchObject({
      error: { code: 500 },
    });
    expect(server.seen).toHaveLength(1);
  });

  it('says that there is no credential to call with', async () => {
    const connection = { ...plainConnection('http://127.0.0.1:1'), credentials: async () => err('it has expired') };
    const transport = createTransport(connection, 'a test');
    closing.push(() => transport.close());
    expect(await transport.call({ method: 'GET', path: '/', timeoutMs: 2_000 })).toMatchObject({
      error: { reason: 'Unauthenticated', message: 'it has expired' },
    });
  });

  it('ends in time, and when the client is closed, though nobody comes up with a credential; nothing is sent after that', async () => {
    const { server } = await transportTo((_, response) => response.end('{}'));
    const late = Promise.withResolvers<void>();
    const connection = plainConnection(server.url);
    const transport = createTransport(
      { ...connection, credentials: () => late.promise.then(connection.credentials) },
      'a test',
    );
    closing.push(() => transport.close());
    expect(await transport.call({ method: 'POST', path: '/', body: {}, timeoutMs: 30 })).toMatchObject({
      error: { code: 0, reason: 'Timeout', message: 'POST /: no credential to call with within 0.03 s' },
    });
    const waiting = transport.call({ method: 'POST', path: '/', body: {}, timeoutMs: 20_000 });
    const told: string[] = [];
    const tell = { onOpen: () => told.push('open'), onLine: (line: string) => told.push(line) };
    transport.stream(
      { method: 'GET', path: '/', timeoutMs: 20_000 },
      { ...tell, onEnd: (error) => told.push(`end ${error?.reason}`) },
    );
    transport.close();
    expect([await waiting, told]).toMatchObject([{ error: { reason: 'Closed' } }, ['end Closed']]);
    late.resolve();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([server.seen, told]).toEqual([[], ['end Closed']]);
  });

  it('says that an answer did not come in time', async () => {
    const { transport } = await transportTo(() => undefined);
    expect(await transport.call({ method: 'GET', path: '/a', timeoutMs: 30 })).toMatchObject({
      error: { reason: 'Timeout', message: 'GET /a: no answer within 0.03 s' },
    });
  });

  it('does not send late what has failed already for want of a credential', async () => {
    const { server } = await transportTo((_, response) => response.end('{}'));
    const late = Promise.withResolvers<void>();
    const connection = plainConnection(server.url);
    const transport = createTransport(
      { ...connection, credentials: () => late.promise.then(connection.credentials) },
      'a test',
    );
    closing.push(() => transport.close());
    const call = { method: 'POST', path: '/', body: {} } as const;
    expect(await transport.call({ ...call, timeoutMs: 20 })).toMatchObject({ error: { reason: 'Timeout' } });
    late.resolve();
    expect(await transport.call({ ...call, timeoutMs: 20_000 })).toEqual({ ok: true, value: {} });
    expect(server.seen).toEqual(['POST /']);
  });

  it('lets go of the connections of what has failed, was closed, or is open when the client is closed', async () => {
    let open = 0;
    const { transport, server } = await transportTo((request, response) => {
      open++;
      request.socket.once('close', () => open--);
      if (request.url !== '/silent') response.write('a\n');
    });
    const standing = (): readonly number[] => [server.seen.length, open];
    const none = { onOpen: () => undefined, onLine: () => undefined, onEnd: () => undefined };
    const call = { method: 'GET', path: '/silent', timeoutMs: 400 } as const;
    const long = { ...call, timeoutMs: 20_000 };
    await transport.call(call);
    await expect.poll(standing).toEqual([1, 0]);
    transport.stream(call, none);
    await expect.poll(standing).toEqual([2, 0]);
    const stream = transport.stream({ ...long, path: '/watch' }, none);
    await expect.poll(standing).toEqual([3, 1]);
    stream.close();
    await expect.poll(standing).toEqual([3, 0]);
    transport.stream({ ...long, path: '/watch' }, none);
    const waiting = transport.call(long);
    await expect.poll(standing).toEqual([5, 2]);
    transport.close();
    await expect.poll(standing).toEqual([5, 0]);
    expect(await waiting).toMatchObject({ error: { reason: 'Closed' } });
    // Nor does anything begin after that.
    const told: unknown[] = [];
    transport.stream({ ...call, path: '/watch' }, { ...none, onEnd: (error) => told.push(error?.reason) });
    await expect.poll(() => told).toEqual(['Closed']);
    expect(server.seen).toHaveLength(5);
  });
});
