import { connect } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../lib/testing/random.ts';
import type { Address } from '../address.ts';
import { ByteBudget } from '../byte-budget.ts';
import { answerOf, echo, echoMethod, framed, open, start, startServer, until } from '../testing/raw-client.ts';
import { ConnectionFault, http2Code } from './error.ts';
import { flag, frameHead, frameType, headersFrame, settingsFrame } from './frame.ts';
import { pseudo, recordBlocks } from './testing/header-blocks.ts';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  return Buffer.concat([frameHead(payload.length, type, flags, stream), payload]);
}

/** Frames of a client that calls the echo several times. */
async function conversation(): Promise<readonly Buffer[]> {
  const recorder = recordBlocks();
  const list = [...pseudo.with(pseudo.indexOf('/'), echoMethod), 'content-type', 'application/grpc', 'te', 'trailers'];
  const frames = [settingsFrame([[4, 100_000]])];
  for (let stream = 1; stream <= 9; stream += 2) {
    const block = await recorder.block([...list, 'x-request', String(stream)]);
    if (stream === 5) {
      frames.push(frame(frameType.headers, 0, stream, block.subarray(0, 3)));
      frames.push(frame(frameType.continuation, flag.endHeaders, stream, block.subarray(3)));
    } else {
      frames.push(headersFrame(stream, block, false));
    }
    frames.push(frame(frameType.data, 0, stream, framed('hello')));
    frames.push(
      frame(frameType.data, flag.padded, stream, Buffer.concat([Buffer.of(2), framed('you'), Buffer.alloc(2)])),
    );
    frames.push(frame(frameType.windowUpdate, 0, stream, Buffer.of(0, 0, 1, 0)));
    frames.push(frame(frameType.data, flag.endStream, stream, framed('bye')));
  }
  frames.push(frame(frameType.ping, 0, 0, Buffer.alloc(8)), frame(frameType.reset, 0, 9, Buffer.alloc(4)));
  recorder.close();
  return frames;
}

function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(random.pick([2, 256]))));
}

function randomFrame(random: Random): Buffer {
  const payload = randomBytes(random, random.pick([0, 1, 4, 5, 6, 8, 12, 30, 300]));
  return frame(random.below(11), random.pick([0, 1, 4, 5, 8, 0x20, 0xff]), random.below(14), payload);
}

/** A byte of the frame is another; its head is as likely as what follows. */
function damaged(random: Random, whole: Buffer): Buffer {
  const frame = Buffer.from(whole);
  frame[random.below(random.pick([9, frame.length]))] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
  return frame;
}

function broken(random: Random, frames: readonly Buffer[]): readonly Buffer[] {
  const result = [...frames];
  for (let left = 1 + random.below(2); left > 0; left--) {
    const at = random.below(result.length);
    const before = result[at] ?? Buffer.alloc(9);
    switch (random.below(6)) {
      case 0:
        result.splice(at, 1);
        break;
      case 1:
        result.splice(at, 0, before);
        break;
      case 2:
        result.splice(random.below(result.length), 0, ...result.splice(at, 1));
        break;
      case 3:
        result.splice(at, 0, randomFrame(random));
        break;
      case 4:
        result.splice(at, 0, randomBytes(random, random.below(40)));
        break;
      default:
        result[at] = damaged(random, before);
    }
  }
  return result;
}

/** Sends everything, hangs up, and tells whether the server had said that it was over. */
function send(address: Address, bytes: Buffer): Promise<boolean> {
  const socket = 'path' in address ? connect(address.path) : connect(address.port, address.host);
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  // A server that has heard enough may reset the connection while there is more on its way.
  socket.on('error', () => {});
  socket.end(bytes);
  return new Promise((resolve) => socket.on('close', () => resolve(hasGoAway(Buffer.concat(received)))));
}

function hasGoAway(bytes: Buffer): boolean {
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    if (bytes[at + 3] === frameType.goAway) return true;
  }
  return false;
}

const errors: unknown[] = [];
const budget = new ByteBudget(1024 * 1024);
const { server, address, events } = await startServer({
  methods: new Map([[echoMethod, echo]]),
  budget,
  onConnectionError: (error) => errors.push(error),
  onHandlerError: (error) => errors.push(error),
});
afterAll(() => server.drain(0));

it('the server outlives whatever clients make of HTTP/2', async () => {
  const random = seededRandom(13);
  const frames = await conversation();
  expect(await send(address, Buffer.concat([preface, ...frames]))).toBe(false);
  let ended = 0;
  for (let round = 0; round < 100; round++) {
    const rest = Array.from({ length: 12 }, () => Buffer.concat([preface, ...broken(random, frames)]));
    const answers = await Promise.all(rest.map((bytes) => send(address, bytes)));
    ended += answers.filter((isOver) => isOver).length;
  }
  await until(() => server.connectionCount === 0);

  // Both ways are taken: damage that the connection survives, and damage that it does not.
  expect(ended).toBeGreaterThan(200);
  expect(ended).toBeLessThan(1_100);
  // None was a mistake of ours. What a socket reports of a client that went away is no fault.
  const faults = errors.filter((error) => !(error instanceof Error && 'syscall' in error));
  const isClients = (error: unknown) => error instanceof ConnectionFault && error.code !== http2Code.internalError;
  expect(faults.filter((error) => !isClients(error))).toEqual([]);
  // Nothing is left of any of them.
  const { streamOpened = 0, streamEnded = 0, streamReset = 0 } = events;
  expect(streamOpened).toBeGreaterThan(1_000);
  expect(streamEnded + streamReset).toBe(streamOpened);
  expect(budget.used).toBe(0);

  const session = open(address);
  const request = start(session);
  request.end(framed('still here'));
  expect(await answerOf(request)).toMatchObject({ status: '0', body: framed('still here') });
  session.destroy();
});
