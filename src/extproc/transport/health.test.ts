import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerOf, framed, open, type RunningServer, start, startServer } from './testing/raw-client.ts';

const serving = Buffer.of(0x08, 1);
const notServing = Buffer.of(0x08, 2);
const serviceUnknown = Buffer.of(0x08, 3);

let running: RunningServer;
let client: grpc.Client;
let isServing: boolean;

beforeEach(async () => {
  isServing = true;
  running = await startServer({ isServing: () => isServing });
  const { address } = running;
  client = new grpc.Client('port' in address ? `127.0.0.1:${address.port}` : '', grpc.credentials.createInsecure());
});

afterEach(async () => {
  client.close();
  await running.server.drain(0);
});

const bytes = (value: Buffer): Buffer => value;

function serviceNamed(name: string): Buffer {
  const length = Buffer.byteLength(name);
  const head = length < 0x80 ? Buffer.of(0x0a, length) : Buffer.of(0x0a, (length & 0x7f) | 0x80, length >> 7);
  return Buffer.concat([head, Buffer.from(name)]);
}

function check(request: Buffer): Promise<Buffer | number> {
  return new Promise((resolve) => {
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', bytes, bytes, request, (error, answer) =>
      resolve(error?.code ?? answer ?? Buffer.alloc(0)),
    );
  });
}

function watch(request: Buffer) {
  const call = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', bytes, bytes, request);
  const seen: Buffer[] = [];
  const waiting: (() => void)[] = [];
  const status = new Promise<grpc.StatusObject>((resolve) => call.on('status', resolve));
  call.on('error', () => {});
  call.on('data', (answer: Buffer) => {
    seen.push(answer);
    for (const resolve of waiting.splice(0)) {
      resolve();
    }
  });
  const next = async (count: number): Promise<Buffer[]> => {
    while (seen.length < count) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    return seen;
  };
  return { call, next, status };
}

describe('the health service', () => {
  it('answers for the process and for each service it has', async () => {
    expect(await check(Buffer.alloc(0))).toEqual(serving);
    expect(await check(serviceNamed('test.Echo'))).toEqual(serving);
    expect(await check(serviceNamed('grpc.health.v1.Health'))).toEqual(serving);
  });

  it('follows what the process says of itself', async () => {
    isServing = false;
    expect(await check(Buffer.alloc(0))).toEqual(notServing);
  });

  it('answers NOT_FOUND for a service it has not, whatever the length of its name', async () => {
    expect(await check(serviceNamed('no.Such'))).toBe(grpc.status.NOT_FOUND);
    expect(await check(serviceNamed('n'.repeat(200)))).toBe(grpc.status.NOT_FOUND);
  });

  it('answers INVALID_ARGUMENT to what is not a request', async () => {
    expect(await check(Buffer.from('garbage'))).toBe(grpc.status.INVALID_ARGUMENT);
    expect(await check(Buffer.of(0x0a))).toBe(grpc.status.INVALID_ARGUMENT);
    const session = open(running.address);
    const empty = start(session, { ':path': '/grpc.health.v1.Health/Check' });
    empty.end();
    expect((await answerOf(empty)).status).toBe('3');
    const two = start(session, { ':path': '/grpc.health.v1.Health/Watch' });
    two.write(Buffer.concat([framed(''), framed('')]));
    expect((await answerOf(two)).status).toBe('3');
    session.close();
  });

  it('reports changes to a watcher and says goodbye when the server drains', async () => {
    const { next, status } = watch(Buffer.alloc(0));
    expect(await next(1)).toEqual([serving]);
    isServing = false;
    expect(await next(2)).toEqual([serving, notServing]);
    isServing = true;
    expect(await next(3)).toEqual([serving, notServing, serving]);
    await running.server.drain(5_000);
    expect(await next(4)).toEqual([serving, notServing, serving, notServing]);
    expect((await status).code).toBe(grpc.status.UNAVAILABLE);
  });

  it('does not repeat itself when a server drains that was not serving', async () => {
    isServing = false;
    const { next, status } = watch(Buffer.alloc(0));
    await next(1);
    await running.server.drain(5_000);
    expect((await status).code).toBe(grpc.status.UNAVAILABLE);
    expect(await next(1)).toEqual([notServing]);
  });

  it('keeps the watch of an unknown service open', async () => {
    const { call, next, status } = watch(serviceNamed('no.Such'));
    expect(await next(1)).toEqual([serviceUnknown]);
    call.cancel();
    expect((await status).code).toBe(grpc.status.CANCELLED);
  });
});
