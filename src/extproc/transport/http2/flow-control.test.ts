import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../testing/raw-client.ts';
import { dataFrame, headersFrame, resetFrame, settingsOf, windowFrame } from '../testing/raw-frames.ts';
import { http2Code } from './error.ts';
import { defaultWindowBytes, flag, frameType, largestWindowBytes, setting } from './frame.ts';
import type { Http2Stream } from './stream.ts';
import { type RecordedConnection, recordConnection } from './testing/recorded-connection.ts';

let recorded: RecordedConnection;

afterEach(() => recorded.stop());

const block = Buffer.of(0x88);
const frameBytes = 16_384;

function codes(stream?: number): readonly number[] {
  return recorded.client.of(frameType.reset, stream).map(({ payload }) => payload.readUInt32BE());
}

/** What the server has allowed on top of the first window. */
function allowed(stream: number): number {
  return recorded.client
    .of(frameType.windowUpdate, stream)
    .reduce((sum, { payload }) => sum + payload.readUInt32BE(), 0);
}

async function openStreams(...ids: readonly number[]): Promise<readonly Http2Stream[]> {
  recorded.client.send(...ids.map((id) => headersFrame(id)));
  await recorded.client.settle();
  return ids.map((id) => {
    const { stream } = recorded.stream(id);
    stream.respond(block, false);
    return stream;
  });
}

describe('what a client may send', () => {
  it('is bounded for a stream, and the others live on', async () => {
    recorded = await recordConnection({ limits: { streamWindowBytes: 100_000 } });
    const { client } = recorded;
    await openStreams(1, 3);
    recorded.stream(1).stream.pause();
    const frames = Array.from({ length: 7 }, () => dataFrame(1, Buffer.alloc(frameBytes)));
    client.send(...frames.slice(0, 6));
    await client.settle();
    expect(codes()).toEqual([]);
    client.send(...frames, dataFrame(3, Buffer.from('fine')));
    await client.settle();
    expect(codes(1)).toEqual([http2Code.flowControlError]);
    expect(recorded.stream(3).calls).toEqual(['received 4']);
    expect(recorded.errors).toEqual([]);
  });

  it('may be used up to its last byte, and no further', async () => {
    recorded = await recordConnection({ limits: { streamWindowBytes: 70_000 } });
    const { client } = recorded;
    await openStreams(1);
    recorded.stream(1).stream.pause();
    const frames = Array.from({ length: 4 }, () => dataFrame(1, Buffer.alloc(frameBytes)));
    client.send(...frames, dataFrame(1, Buffer.alloc(70_000 - 4 * frameBytes)));
    await client.settle();
    expect(codes()).toEqual([]);
    client.send(dataFrame(1, Buffer.of(0)));
    await client.settle();
    expect(codes()).toEqual([http2Code.flowControlError]);
  });

  it.each([1_000, defaultWindowBytes, 100_000])('is %i on a connection, or the default', async (bytes) => {
    recorded = await recordConnection({ limits: { connectionWindowBytes: bytes } });
    await recorded.client.settle();
    // An update of nothing would be an error.
    expect(recorded.client.of(frameType.windowUpdate)).toHaveLength(bytes > defaultWindowBytes ? 1 : 0);
    expect(defaultWindowBytes + allowed(0)).toBe(Math.max(bytes, defaultWindowBytes));
  });

  it('is the default at least, since it may not have seen our SETTINGS yet', async () => {
    recorded = await recordConnection({ limits: { streamWindowBytes: 1_000, connectionWindowBytes: 1_000 } });
    const { client } = recorded;
    const frames = Array.from({ length: 3 }, () => dataFrame(1, Buffer.alloc(frameBytes)));
    client.send(headersFrame(1), ...frames, dataFrame(1, Buffer.alloc(defaultWindowBytes - 3 * frameBytes)));
    await client.settle();
    expect([recorded.errors, codes()]).toEqual([[], []]);
    for (const window of [allowed(0), allowed(1)]) expect(window).toBeGreaterThan(defaultWindowBytes - 1_000);
  });

  it('is opened again in time: a large body through small windows', async () => {
    const limits = { streamWindowBytes: 70_000, connectionWindowBytes: 80_000 };
    recorded = await recordConnection({ limits });
    const { client } = recorded;
    client.send(headersFrame(1));
    let sent = 0;
    while (sent < 1_000_000) {
      const stream = limits.streamWindowBytes + allowed(1) - sent;
      const connection = defaultWindowBytes + allowed(0) - sent;
      const count = Math.min(stream, connection, frameBytes);
      expect(count).toBeGreaterThan(0);
      client.send(dataFrame(1, Buffer.alloc(count, sent & 0xff)));
      sent += count;
      await client.settle();
    }
    expect(recorded.stream(1).bytes.reduce((sum, bytes) => sum + bytes.length, 0)).toBe(sent);
    expect(codes()).toEqual([]);
  });

  it('is opened again for padding as well', async () => {
    recorded = await recordConnection({ limits: { streamWindowBytes: 100_000 } });
    const { client } = recorded;
    client.send(headersFrame(1));
    const padded = dataFrame(1, Buffer.concat([Buffer.of(255, 0x61), Buffer.alloc(255)]), flag.padded);
    const empty = dataFrame(1, Buffer.concat([Buffer.of(255), Buffer.alloc(255)]), flag.padded);
    for (let round = 0; round < 10; round++) {
      client.send(...Array.from({ length: 100 }, () => Buffer.concat([padded, empty])));
    }
    await client.settle();
    expect(codes()).toEqual([]);
    expect(recorded.stream(1).calls).toHaveLength(1_000);
    expect(allowed(1)).toBeGreaterThan(400_000);
  });

  it('stays closed for a stream that is paused, which holds back no other, and opens when it is resumed', async () => {
    const limits = { streamWindowBytes: 100_000, connectionWindowBytes: 120_000 };
    recorded = await recordConnection({ limits });
    const { client } = recorded;
    await openStreams(1, 3);
    const { stream, calls } = recorded.stream(1);
    stream.pause();
    client.send(...Array.from({ length: 6 }, () => dataFrame(1, Buffer.alloc(frameBytes))));
    for (let round = 0; round < 20; round++) {
      client.send(...Array.from({ length: 3 }, () => dataFrame(3, Buffer.alloc(frameBytes))));
      await client.settle();
    }
    expect([allowed(1), calls, codes()]).toEqual([0, [], []]);
    expect(recorded.stream(3).calls.length).toBeGreaterThanOrEqual(60);
    stream.resume();
    await client.settle();
    expect(recorded.stream(1).bytes.reduce((sum, bytes) => sum + bytes.length, 0)).toBe(6 * frameBytes);
    expect(allowed(1)).toBeGreaterThanOrEqual(3 * frameBytes);
  });

  it('counts for the connection what comes after a reset of ours', async () => {
    recorded = await recordConnection({
      limits: { connectionWindowBytes: 100_000 },
      act: ({ stream }) => stream.reset(http2Code.cancel),
    });
    const { client } = recorded;
    const rounds = 40;
    for (let round = 0; round < rounds; round++) {
      const id = 2 * round + 1;
      const frames = Array.from({ length: 3 }, () => dataFrame(id, Buffer.alloc(frameBytes)));
      client.send(headersFrame(id), ...frames);
      await client.settle();
    }
    expect(recorded.errors).toEqual([]);
    const sent = rounds * 3 * frameBytes;
    expect(100_000 - defaultWindowBytes + sent - allowed(0)).toBeLessThan(100_000 / 2);
    expect(codes()).toHaveLength(rounds);
  });
});

describe('what a server may send', () => {
  it('waits for a window that begins at nothing, is opened by SETTINGS and may fall below nothing', async () => {
    recorded = await recordConnection({ first: settingsOf([setting.initialWindowSize, 0]) });
    const { client } = recorded;
    const [stream] = await openStreams(1);
    stream?.write(Buffer.from('0123456789'));
    stream?.end(block);
    await client.settle();
    expect(client.data(1).toString()).toBe('');
    client.send(settingsOf([setting.initialWindowSize, 4]));
    await client.settle();
    expect(client.data(1).toString()).toBe('0123');
    // Four have been sent of a window that now is one: three must be allowed before another byte may go.
    client.send(settingsOf([setting.initialWindowSize, 1]), windowFrame(1, 3));
    await client.settle();
    expect(client.data(1).toString()).toBe('0123');
    for (const sent of ['01234', '012345', '0123456']) {
      client.send(windowFrame(1, 1));
      await client.settle();
      expect(client.data(1).toString()).toBe(sent);
    }
    expect(client.of(frameType.headers, 1)).toHaveLength(1);
    client.send(windowFrame(1, 100));
    await client.settle();
    expect(client.data(1).toString()).toBe('0123456789');
    expect(client.frames.at(-2)).toMatchObject({ type: frameType.headers, stream: 1, flags: 5 });
    expect(recorded.stream(1).calls).toEqual(['drained']);
  });

  it('takes a window as large as windows may be', async () => {
    recorded = await recordConnection();
    const { client } = recorded;
    await openStreams(1);
    client.send(windowFrame(1, largestWindowBytes - defaultWindowBytes));
    client.send(windowFrame(0, largestWindowBytes - defaultWindowBytes));
    await client.settle();
    expect([recorded.errors, codes()]).toEqual([[], []]);
    client.send(windowFrame(1, 1));
    await client.settle();
    expect(codes()).toEqual([http2Code.flowControlError]);
  });

  it('takes turns when the connection has no window left', async () => {
    recorded = await recordConnection({ first: settingsOf([setting.initialWindowSize, largestWindowBytes]) });
    const { client } = recorded;
    const streams = await openStreams(1, 3, 5);
    for (const stream of streams) stream.write(Buffer.alloc(100_000, stream.id));
    await client.settle();
    expect(client.data(1)).toHaveLength(defaultWindowBytes);
    for (let round = 0; round < 6; round++) {
      client.send(windowFrame(0, 10));
      await client.settle();
    }
    expect([1, 3, 5].map((id) => client.data(id).length)).toEqual([defaultWindowBytes + 20, 20, 20]);
    client.send(windowFrame(0, 1_000_000));
    await client.settle();
    for (const id of [1, 3, 5]) expect(client.data(id).equals(Buffer.alloc(100_000, id))).toBe(true);
    expect([1, 3, 5].map((id) => recorded.stream(id).calls)).toEqual([['drained'], ['drained'], ['drained']]);
  });

  it('comes to a stream that waits for the connection with one byte of its own window left', async () => {
    recorded = await recordConnection();
    const { client } = recorded;
    const [first, second] = await openStreams(1, 3);
    first?.write(Buffer.alloc(defaultWindowBytes - 1));
    second?.write(Buffer.alloc(1));
    first?.write(Buffer.alloc(1));
    await client.settle();
    expect(first?.waitingBytes).toBe(1);
    client.send(windowFrame(0, 1));
    await client.settle();
    expect(client.data(1)).toHaveLength(defaultWindowBytes);
  });

  it('is not held back by a stream whose own window is empty', async () => {
    recorded = await recordConnection({ first: settingsOf([setting.initialWindowSize, 10]) });
    const { client } = recorded;
    const [first, second] = await openStreams(1, 3);
    first?.write(Buffer.alloc(20));
    client.send(windowFrame(3, 100));
    await client.settle();
    second?.write(Buffer.alloc(100));
    await client.settle();
    expect([1, 3].map((id) => client.data(id).length)).toEqual([10, 100]);
  });

  it('is forgotten when the client resets the stream that waits', async () => {
    recorded = await recordConnection();
    const { client } = recorded;
    const [first, second] = await openStreams(1, 3);
    first?.write(Buffer.alloc(200_000));
    second?.write(Buffer.from('mine'));
    await client.settle();
    client.send(resetFrame(1, http2Code.cancel), windowFrame(0, 100), windowFrame(1, 100_000));
    await client.settle();
    expect(client.data(1)).toHaveLength(defaultWindowBytes);
    expect(client.data(3).toString()).toBe('mine');
    expect(first?.waitingBytes).toBe(0);
    expect(recorded.stream(1).calls).toEqual(['closed']);
  });

  it('goes out in frames that nobody has to wait long behind', async () => {
    const first = settingsOf([setting.initialWindowSize, largestWindowBytes], [setting.maxFrameSize, 2 ** 24 - 1]);
    recorded = await recordConnection({ first });
    const { client } = recorded;
    client.send(windowFrame(0, 1_000_000));
    const [stream] = await openStreams(1);
    stream?.write(Buffer.alloc(500_000));
    await until(() => client.data(1).length === 500_000);
    expect(Math.max(...client.of(frameType.data).map(({ payload }) => payload.length))).toBe(frameBytes);
  });
});
