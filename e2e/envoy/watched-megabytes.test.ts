import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:http2';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contentEvent, startStream } from '../support/raw-stream.ts';
import { until } from '../support/until.ts';
import { authorised, chatPath, startWatchingGateway, type WatchingGateway } from '../support/watching-gateway.ts';

/* Answers of megabytes that are watched for failures, and readers who are slow or gone: Envoy lives on. */

let watching: WatchingGateway;
beforeAll(async () => {
  watching = await startWatchingGateway();
});
afterAll(() => watching?.stop());
beforeEach(() => watching.reset());

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

describe('answers of megabytes', () => {
  const piece = contentEvent('x'.repeat(16 * 1024));

  it('arrive whole as a stream, at fast and at slow readers, and Envoy lives on', async () => {
    watching.answerRaw = (response) => {
      startStream(response);
      writeMany(response, piece, 320);
    };
    const pid = watching.gateway.envoy.pid;
    const readers = [0, 5, 20].map(async (pauseMs) => readSlowly(await watching.post('raw', true), pauseMs, 30));
    expect(await Promise.all(readers)).toEqual([0, 1, 2].map(() => 320 * piece.length));
    expect(watching.gateway.envoy.pid).toBe(pid);
    expect(await watching.gateway.envoy.stat('server.live')).toBe(1);
  });

  it('arrive whole as one body, at fast and at slow readers', async () => {
    const body = JSON.stringify({ data: 'x'.repeat(5_000_000) });
    watching.answerRaw = (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    for (const pauseMs of [0, 10])
      expect(await readSlowly(await watching.post('raw', false), pauseMs, 20)).toBe(body.length);
    expect(await watching.gateway.envoy.stat('server.live')).toBe(1);
  });

  it('do no harm when nobody reads them, over HTTP/2 with windows of any size', async () => {
    watching.answerRaw = (response) => {
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
        await expect.poll(() => watching.gateway.envoy.stat('http2.outbound_flood'), { timeout: 20_000 }).toBe(closed);
      expect(await watching.gateway.envoy.stat('server.live')).toBe(1);
      left.close();
    }
    expect(await watching.ask('plain', false)).toMatchObject({ status: 200 });
  });

  it('do no harm while large prompts of others fill the connection to the processor', async () => {
    watching.practice.behave({ account: 'first', chunkDelayMs: 20 });
    const watched = Array.from({ length: 10 }, () => watching.ask('watched', true));
    const prompt = JSON.stringify({ model: 'raw-plain', messages: [{ role: 'user', content: 'y'.repeat(4_000_000) }] });
    const others = Array.from({ length: 8 }, () =>
      fetch(`${watching.gateway.url}${chatPath}`, { method: 'POST', headers: authorised, body: prompt }),
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
    const socket = connectTcp(watching.gateway.port, '127.0.0.1');
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
  const arrived = watching.raw.requests.length + streams;
  for (let n = 0; n < streams; n++) {
    const stream = session.request({ ':method': 'POST', ':path': chatPath, ...authorised });
    stream.on('error', () => undefined);
    stream.end(JSON.stringify({ model: 'raw', stream: true, messages: [] }));
    if (n > 0) continue;
    await once(stream, 'response');
    towardsEnvoy?.unpipe();
    towardsEnvoy?.pause();
  }
  await until('the provider has been asked', () => watching.raw.requests.length >= arrived);
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
