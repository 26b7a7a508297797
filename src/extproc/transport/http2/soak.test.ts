import type { ClientHttp2Session } from 'node:http2';
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../lib/testing/random.ts';
import { ByteBudget } from '../byte-budget.ts';
import type { Limits } from '../limits.ts';
import {
  answerOf,
  echoMethod,
  framed,
  open,
  type RunningServer,
  start,
  startServer,
  until,
} from '../testing/raw-client.ts';

/** Other implementations of the same protocol, with all that chance may bring. What fails names its seed. */
let running: RunningServer;
let budget: ByteBudget;

async function serve(limits: Partial<Limits> = {}): Promise<void> {
  budget = new ByteBudget(1_000_000_000);
  running = await startServer({ budget, limits: { maxQueuedBytesPerStream: 100_000_000, ...limits } });
}

afterEach(() => running.server.drain(0));

/** A server with streams left would wait for them. */
async function expectNothingLeft(): Promise<void> {
  const { server, events } = running;
  await until(() => (events.streamEnded ?? 0) + (events.streamReset ?? 0) === events.streamOpened);
  await until(() => budget.used === 0);
  const started = performance.now();
  await server.drain(20_000);
  expect(performance.now() - started).toBeLessThan(15_000);
  expect([server.connectionCount, events.connectionError ?? 0]).toEqual([0, 0]);
}

/** Mostly small, as requests are; some around the limits of frames and windows; some large. */
function someBytes(random: Random): Buffer {
  const kind = random.below(10);
  const size = kind < 5 ? random.below(200) : kind < 8 ? 16_300 + random.below(200) : random.below(300_000);
  return Buffer.alloc(size, Buffer.of(random.below(256), random.below(256), random.below(256)));
}

function cut(bytes: Buffer, random: Random): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random.below(random.below(2) === 0 ? 20 : 100_000);
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function oneStream(session: ClientHttp2Session, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const sent = Buffer.concat(Array.from({ length: 1 + random.below(3) }, () => framed(someBytes(random))));
  const parts = cut(sent, random);
  const cancelAt = random.below(4) === 0 ? random.below(parts.length + 1) : -1;
  const request = start(session);
  const answer = answerOf(request);
  for (const [index, part] of parts.entries()) {
    if (index === cancelAt) request.close(8);
    if (request.closed || request.destroyed) break;
    if (random.below(20) === 0) {
      request.pause();
      await nextTurn();
      request.resume();
    }
    request.write(part);
    if (random.below(3) === 0) await nextTurn();
  }
  if (cancelAt === parts.length) request.close(8);
  if (cancelAt < 0) request.end();
  const { body, status, code } = await answer;
  if (cancelAt >= 0) return;
  expect([status, code], `seed ${seed}`).toEqual(['0', 0]);
  expect(body.equals(sent), `seed ${seed}`).toBe(true);
}

describe('streams of all sizes, cut and cancelled anywhere', () => {
  it.each([
    ['the windows that we open by default', {}],
    ['small windows', { streamWindowBytes: 20_000, connectionWindowBytes: 100_000 }],
  ])("arrive byte for byte through Node's client and %s", { timeout: 120_000 }, async (_title, limits) => {
    await serve(limits);
    const windows = [1_000, 65_535, 1_000_000];
    const sessions = windows.map((bytes) => open(running.address, { settings: { initialWindowSize: bytes } }));
    await Promise.all(
      Array.from({ length: 240 }, (_, at) => oneStream(sessions[at % 3] as ClientHttp2Session, at + 1)),
    );
    await expectNothingLeft();
    for (const session of sessions) session.close();
  });

  it('arrive byte for byte through grpc-js', { timeout: 120_000 }, async () => {
    await serve();
    const address = 'port' in running.address ? `127.0.0.1:${running.address.port}` : '';
    const client = new grpc.Client(address, grpc.credentials.createInsecure());
    const call = (seed: number): Promise<void> =>
      new Promise((resolve, reject) => {
        const random = seededRandom(seed);
        const messages = Array.from({ length: 1 + random.below(4) }, () => someBytes(random));
        const cancelAfter = random.below(4) === 0 ? random.below(messages.length) : -1;
        const stream = client.makeBidiStreamRequest(
          echoMethod,
          (bytes: Buffer) => bytes,
          (bytes) => bytes,
        );
        const answers: Buffer[] = [];
        stream.on('data', (answer: Buffer) => {
          answers.push(answer);
          if (answers.length === cancelAfter) stream.cancel();
        });
        stream.on('error', () => {});
        stream.on('status', ({ code }) => {
          const isWhole =
            answers.length === messages.length && answers.every((a, i) => a.equals(messages[i] as Buffer));
          if (cancelAfter >= 0 || (code === grpc.status.OK && isWhole)) resolve();
          else reject(new Error(`seed ${seed}: status ${code}, ${answers.length} of ${messages.length} answers`));
        });
        for (const message of messages) stream.write(message);
        if (cancelAfter === 0) stream.cancel();
        else stream.end();
      });
    await Promise.all(Array.from({ length: 300 }, (_, at) => call(at + 1)));
    await expectNothingLeft();
    client.close();
  });
});
