import { constants } from 'node:http2';
import { afterEach, describe, expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.ts';
import type { Limits } from './limits.ts';
import type { ServerStream } from './stream.ts';
import {
  answerOf,
  echoMethod,
  framed,
  open,
  type RunningServer,
  start,
  startServer,
  until,
} from './testing/raw-client.ts';

let running: RunningServer;
let session: ReturnType<typeof open>;
let budget: ByteBudget;
let streams: ServerStream[];
let onMessage: (stream: ServerStream, bytes: Buffer) => void;

async function serve(limits: Partial<Limits>, budgetBytes = 100_000_000): Promise<void> {
  streams = [];
  onMessage = () => undefined;
  budget = new ByteBudget(budgetBytes);
  running = await startServer({
    limits,
    budget,
    methods: new Map([
      [
        echoMethod,
        (stream) => {
          streams.push(stream);
          return { message: (bytes) => onMessage(stream, bytes), end: () => stream.end(), reset() {} };
        },
      ],
    ]),
  });
  session = open(running.address);
}

/** A client whose flow control window fills up, since nobody reads. */
async function deafStream(): Promise<{ request: ReturnType<typeof start>; stream: ServerStream }> {
  const count = streams.length;
  const request = start(session);
  request.pause();
  request.write(framed('x'));
  await until(() => streams.length > count);
  const stream = streams[count];
  if (stream === undefined) {
    throw new Error('the stream has not arrived');
  }
  return { request, stream };
}

afterEach(async () => {
  session.destroy();
  await running.server.drain(0);
});

describe('answers that nobody reads', () => {
  it('are bounded per stream: the stream is reset, which gRPC reads as RESOURCE_EXHAUSTED', async () => {
    await serve({ maxQueuedBytesPerStream: 1_000_000 });
    const { request, stream } = await deafStream();
    const frame = framed(Buffer.alloc(100_000));
    let writes = 0;
    while (stream.isOpen && writes < 100) {
      stream.write(frame);
      writes++;
      if (writes % 5 === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    expect(writes).toBeLessThan(20);
    expect(budget.used).toBeLessThanOrEqual(1_200_000);
    await until(() => request.closed);
    expect(request.rstCode).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    await until(() => budget.used === 0);
    expect(running.events).toMatchObject({ streamFailed: 1 });
  });

  it('hold back a client that asks faster than it reads, and all are there in the end', async () => {
    await serve({ maxQueuedBytesPerStream: 1_000_000 });
    let answered = 0;
    onMessage = (stream, bytes) => {
      answered++;
      stream.write(framed(bytes));
    };
    const request = start(session);
    request.pause();
    const count = 200;
    const message = framed(Buffer.alloc(50_000, 1));
    for (let n = 0; n < count; n++) request.write(message);
    await until(() => budget.used > 250_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Also where the handler wanted a moment for itself meanwhile.
    streams[0]?.pause();
    streams[0]?.resume();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBeLessThan(20);
    expect(budget.used).toBeLessThan(600_000);
    request.end();
    const { body, status } = await answerOf(request.resume());
    expect([status, body.length]).toEqual(['0', count * message.length]);
    expect(budget.used).toBe(0);
  });

  it('may hold one long answer, which then arrives whole', async () => {
    await serve({ maxQueuedBytesPerStream: 1_000 });
    const { request, stream } = await deafStream();
    const frame = framed(Buffer.alloc(1_000_000, 1));
    stream.write(frame);
    expect(stream.isOpen).toBe(true);
    expect(budget.used).toBe(frame.length);
    stream.end();
    const { body, status } = await answerOf(request.resume());
    expect(status).toBe('0');
    expect(body.equals(frame)).toBe(true);
    expect(budget.used).toBe(0);
  });

  it('are bounded per process: the stream that asks for more fails, the others live', async () => {
    await serve({}, 1_500_000);
    const one = await deafStream();
    const two = await deafStream();
    const frame = framed(Buffer.alloc(1_000_000));
    one.stream.write(frame);
    two.stream.write(frame);
    expect([one.stream.isOpen, two.stream.isOpen]).toEqual([true, false]);
    one.stream.end();
    expect((await answerOf(one.request.resume())).body.length).toBe(frame.length);
    await until(() => budget.used === 0);
  });

  it('give their bytes back when the client goes away', async () => {
    await serve({});
    const { stream } = await deafStream();
    stream.write(framed(Buffer.alloc(1_000_000)));
    expect(budget.used).toBeGreaterThan(0);
    session.destroy();
    await until(() => budget.used === 0);
  });
});

describe('half-received messages', () => {
  it('count against the process, and are given back when the client goes away', async () => {
    await serve({}, 1_500_000);
    const one = start(session);
    one.write(framed(Buffer.alloc(1_000_000)).subarray(0, 100));
    await until(() => budget.used === 1_000_000);
    const two = start(session);
    two.write(framed(Buffer.alloc(1_000_000)).subarray(0, 100));
    expect((await answerOf(two)).status).toBe('8');
    expect(budget.used).toBe(1_000_000);
    one.close(8);
    await until(() => budget.used === 0);
  });
});
