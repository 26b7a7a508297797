import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../testing/raw-client.ts';
import { dataFrame, frame, headersFrame, resetFrame, settingsOf, windowFrame } from '../testing/raw-frames.ts';
import { http2Code } from './error.ts';
import { flag, frameType, largestWindowBytes, setting } from './frame.ts';
import { type RecordedConnection, recordConnection } from './testing/recorded-connection.ts';

let recorded: RecordedConnection;

afterEach(() => recorded.stop());

const block = Buffer.of(0x88);
const aByte = Buffer.from('a');
const wideOpen = settingsOf([setting.initialWindowSize, largestWindowBytes]);

function ping(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => frame(frameType.ping, 0, 0, Buffer.alloc(8))));
}

/** Answers that wait in the server's process because nobody takes them out of the socket. */
async function fillSocket(id: number): Promise<void> {
  const { client } = recorded;
  client.send(windowFrame(0, largestWindowBytes - 65_535), headersFrame(id));
  await client.settle();
  client.socket.pause();
  const { stream } = recorded.stream(id);
  stream.respond(block, false);
  stream.write(Buffer.alloc(30_000_000, 1));
  await until(() => stream.waitingBytes > 0);
}

describe('a client that leaves with GOAWAY', () => {
  const goaway = frame(frameType.goAway, 0, 0, Buffer.alloc(8));

  it('is closed at once if nothing is open', async () => {
    recorded = await recordConnection();
    recorded.client.send(goaway);
    await recorded.connection.closed;
    expect(recorded.errors).toEqual([]);
  });

  it('gets the answers that are still open, and no new ones', async () => {
    recorded = await recordConnection();
    const { client } = recorded;
    client.send(headersFrame(1), goaway, headersFrame(3));
    await client.settle();
    expect(client.of(frameType.reset, 3)[0]?.payload.readUInt32BE()).toBe(http2Code.refusedStream);
    const { stream } = recorded.stream(1);
    stream.respond(block, false);
    stream.end(block);
    stream.stopClient();
    await recorded.connection.closed;
    await until(() => client.isClosed);
    expect(client.of(frameType.headers, 1)).toHaveLength(2);
  });
});

describe('a server that leaves', () => {
  it('says which stream was the last, refuses newer ones, and closes behind the last answer', async () => {
    recorded = await recordConnection();
    const { client, connection } = recorded;
    client.send(headersFrame(1), headersFrame(3));
    await client.settle();
    connection.goAway();
    connection.goAway();
    client.send(headersFrame(5), dataFrame(5, aByte), dataFrame(1, aByte, flag.endStream), resetFrame(3, 8));
    await client.settle();
    expect(client.of(frameType.goAway).map(({ payload }) => payload.toString('hex'))).toEqual(['0000000300000000']);
    expect(client.of(frameType.reset, 5)[0]?.payload.readUInt32BE()).toBe(http2Code.refusedStream);
    expect([recorded.isClosed, connection.isGoingAway]).toEqual([false, true]);
    const { stream } = recorded.stream(1);
    stream.respond(block, false);
    stream.write(Buffer.alloc(50_000, 1));
    stream.end(block);
    await connection.closed;
    await until(() => client.isClosed);
    expect(client.data(1)).toHaveLength(50_000);
    expect(client.of(frameType.headers, 1)).toHaveLength(2);
    expect(stream.isClosed).toBe(true);
    expect(recorded.errors).toEqual([]);
  });
});

describe('a connection that breaks', () => {
  it.each([
    ['in the middle of a head', dataFrame(1, aByte).subarray(0, 5)],
    ['in the middle of a payload', dataFrame(1, Buffer.alloc(100)).subarray(0, 50)],
    ['between frames', Buffer.alloc(0)],
  ])('%s by an end from the client closes its streams', async (_title, bytes) => {
    recorded = await recordConnection();
    const { client } = recorded;
    client.send(headersFrame(1));
    await client.settle();
    client.socket.end(bytes);
    await recorded.connection.closed;
    expect(recorded.stream(1).calls.filter((call) => !call.startsWith('received'))).toEqual(['closed']);
    expect(recorded.errors).toEqual([]);
  });

  it('is closed although the client neither reads nor ends, also if it goes on sending', {
    timeout: 60_000,
  }, async () => {
    recorded = await recordConnection({ first: wideOpen });
    const { client } = recorded;
    await fillSocket(1);
    client.send(resetFrame(0, 0));
    await until(() => recorded.errors.length > 0);
    const more = setInterval(() => client.send(ping(1)), 100);
    await recorded.connection.closed;
    clearInterval(more);
    expect(recorded.stream(1).calls).toEqual(['closed']);
  });
});

describe('a client that does not read its socket', () => {
  it('makes data wait in its stream, and gets all of it as soon as it reads', async () => {
    recorded = await recordConnection({ first: wideOpen });
    const { client } = recorded;
    await fillSocket(1);
    const { stream, calls } = recorded.stream(1);
    stream.end(block);
    // A PING is no reason to give up: Envoy sends some to see whether the connection lives.
    client.send(ping(3), wideOpen, headersFrame(3));
    await until(() => recorded.streamCount === 2);
    expect(recorded.errors).toEqual([]);
    client.socket.resume();
    await until(() => client.of(frameType.headers, 1).length === 2);
    expect(client.data(1).equals(Buffer.alloc(30_000_000, 1))).toBe(true);
    expect(client.of(frameType.ping).length).toBeGreaterThanOrEqual(3);
    expect(calls).toEqual(['drained']);
  });

  it('shares what it reads later among all streams', async () => {
    recorded = await recordConnection({ first: wideOpen });
    const { client } = recorded;
    await fillSocket(1);
    client.send(headersFrame(3));
    await until(() => recorded.streamCount === 2);
    const { stream } = recorded.stream(3);
    stream.respond(block, false);
    stream.write(Buffer.alloc(1_000, 3));
    expect(stream.waitingBytes).toBe(1_000);
    client.socket.resume();
    await until(() => recorded.stream(1).calls.includes('drained'));
    await client.settle();
    const order = client.of(frameType.data).map((sent) => sent.stream);
    expect(order.indexOf(3)).toBeLessThan(order.lastIndexOf(1));
  });

  const count = 1_000;
  const often = (bytes: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => bytes));
  let lastStream = 1;
  const newStream = (): Buffer => {
    lastStream += 2;
    return headersFrame(lastStream);
  };
  it.each([
    ['PING', () => ping(count)],
    ['SETTINGS', () => often(settingsOf())],
    ['streams over the limit', () => Buffer.concat(Array.from({ length: count }, newStream))],
  ])('and asks without end, with %s, is given up', async (_title, flood) => {
    recorded = await recordConnection({ first: wideOpen, limits: { maxConcurrentStreams: 1 } });
    const { client } = recorded;
    await fillSocket(1);
    while (recorded.errors.length === 0) {
      client.send(flood());
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(recorded.errors.map((error) => error.code)).toEqual([http2Code.enhanceYourCalm]);
    client.socket.destroy();
    await recorded.connection.closed;
    expect(recorded.stream(1).calls).toEqual(['closed']);
  });
});

it('what is written in one turn leaves in one write', async () => {
  recorded = await recordConnection();
  const { client } = recorded;
  client.send(headersFrame(1), headersFrame(3));
  await client.settle();
  const chunks: Buffer[] = [];
  client.socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const id of [1, 3]) {
    const { stream } = recorded.stream(id);
    stream.respond(block, false);
    stream.write(Buffer.alloc(1_000));
    stream.write(Buffer.alloc(1_000));
    stream.end(block);
  }
  await until(() => client.of(frameType.headers, 3).length === 2);
  expect(chunks).toHaveLength(1);
});
