import { afterEach, describe, expect, it } from 'vitest';
import {
  dataFrame,
  frame,
  headersFrame,
  literal,
  requestBlock,
  resetFrame,
  settingsOf,
  windowFrame,
} from '../testing/raw-frames.ts';
import { http2Code } from './error.ts';
import { flag, frameType, setting } from './frame.ts';
import { type RecordedConnection, recordConnection } from './testing/recorded-connection.ts';

let recorded: RecordedConnection;

afterEach(() => recorded.stop());

const nothing = Buffer.alloc(0);
const aByte = Buffer.from('a');
const whole = flag.endHeaders | flag.endStream;
const { protocolError, flowControlError, frameSizeError, streamClosed, refusedStream, enhanceYourCalm } = http2Code;

type Case = readonly [title: string, code: number, ...frames: Buffer[]];

function casesOf(cases: readonly Case[]) {
  return cases.map(([title, code, ...frames]) => ({ title, code, frames }));
}

/** All of RFC 9113's errors of a connection that a client can make with a frame. */
const broken: readonly Case[] = [
  ['SETTINGS on a stream', protocolError, frame(frameType.settings, 0, 1, nothing)],
  ['SETTINGS of an odd length', frameSizeError, frame(frameType.settings, 0, 0, Buffer.alloc(7))],
  ['an answer to SETTINGS with a payload', frameSizeError, frame(frameType.settings, flag.ack, 0, Buffer.alloc(6))],
  ['a window above the largest', flowControlError, settingsOf([setting.initialWindowSize, 2 ** 31])],
  ['a maximal frame below the smallest', protocolError, settingsOf([setting.maxFrameSize, 16_383])],
  ['a maximal frame above the largest', protocolError, settingsOf([setting.maxFrameSize, 2 ** 24])],
  ['a push that is neither on nor off', protocolError, settingsOf([setting.enablePush, 2])],
  ['PING on a stream', protocolError, frame(frameType.ping, 0, 1, Buffer.alloc(8))],
  ['PING of a wrong length', frameSizeError, frame(frameType.ping, 0, 0, Buffer.alloc(7))],
  ['GOAWAY on a stream', protocolError, frame(frameType.goAway, 0, 1, Buffer.alloc(8))],
  ['GOAWAY of a wrong length', frameSizeError, frame(frameType.goAway, 0, 0, Buffer.alloc(7))],
  ['PRIORITY without a stream', protocolError, frame(frameType.priority, 0, 0, Buffer.alloc(5))],
  ['PRIORITY of a wrong length', frameSizeError, frame(frameType.priority, 0, 1, Buffer.alloc(4))],
  ['PUSH_PROMISE', protocolError, headersFrame(1), frame(frameType.pushPromise, flag.endHeaders, 1, Buffer.alloc(4))],
  ['a frame that is too long', frameSizeError, headersFrame(1), dataFrame(1, Buffer.alloc(16_385))],
  ['DATA without a stream', protocolError, dataFrame(0, aByte)],
  ['DATA on an idle stream', protocolError, dataFrame(1, aByte)],
  ['DATA on a stream of the server', protocolError, headersFrame(3), dataFrame(2, aByte)],
  ['padding as long as its DATA', protocolError, headersFrame(1), dataFrame(1, Buffer.of(2, 0), flag.padded)],
  ['DATA too short for padding', protocolError, headersFrame(1), dataFrame(1, nothing, flag.padded)],
  ['RST_STREAM without a stream', protocolError, resetFrame(0, 0)],
  ['RST_STREAM on an idle stream', protocolError, resetFrame(1, 0)],
  ['RST_STREAM of a wrong length', frameSizeError, headersFrame(1), frame(frameType.reset, 0, 1, Buffer.alloc(3))],
  ['WINDOW_UPDATE on an idle stream', protocolError, windowFrame(1, 1)],
  ['WINDOW_UPDATE of nothing', protocolError, windowFrame(0, 0)],
  ['WINDOW_UPDATE of a wrong length', frameSizeError, frame(frameType.windowUpdate, 0, 0, Buffer.alloc(5))],
  ['a connection window above the largest', flowControlError, windowFrame(0, 2 ** 31 - 1)],
  ['HEADERS without a stream', protocolError, headersFrame(0)],
  ['HEADERS on a stream of the server', protocolError, headersFrame(2)],
  ['a stream that is older than the last', protocolError, headersFrame(5), headersFrame(3)],
  ['padding longer than its HEADERS', protocolError, frame(frameType.headers, 12, 1, Buffer.of(9, 0x82))],
  ['HEADERS too short for a priority', frameSizeError, frame(frameType.headers, 36, 1, Buffer.alloc(4))],
  ['CONTINUATION of nothing', protocolError, headersFrame(1), frame(frameType.continuation, 4, 1, nothing)],
  ['DATA within a header block', protocolError, headersFrame(1), headersFrame(3, 0), dataFrame(1, aByte)],
  ['PING within a header block', protocolError, headersFrame(1, 0), frame(frameType.ping, 0, 0, Buffer.alloc(8))],
  ['an unknown frame within a header block', protocolError, headersFrame(1, 0), frame(0xfe, 0, 0, nothing)],
  ['HEADERS within a header block', protocolError, headersFrame(1, 0), headersFrame(3)],
  [
    'CONTINUATION of another stream',
    protocolError,
    headersFrame(1, 0),
    frame(frameType.continuation, flag.endHeaders, 3, nothing),
  ],
  [
    'a header block without end',
    enhanceYourCalm,
    headersFrame(1, 0),
    ...Array.from({ length: 5 }, () => frame(frameType.continuation, 0, 1, Buffer.alloc(16_384))),
  ],
  [
    'empty CONTINUATION frames without end',
    enhanceYourCalm,
    headersFrame(1, 0),
    ...Array.from({ length: 8_000 }, () => frame(frameType.continuation, 0, 1, nothing)),
  ],
  ['headers that cannot be unpacked', http2Code.compressionError, frame(frameType.headers, 4, 1, Buffer.of(0xff))],
];

describe('a connection ends with the code of RFC 9113 after', () => {
  it.each(casesOf(broken))('$title', async ({ code, frames }) => {
    recorded = await recordConnection();
    recorded.client.send(...frames);
    expect(await recorded.failure()).toBe(code);
    expect(recorded.errors.map((error) => error.code)).toEqual([code]);
  });

  it.each([
    ['PING', frame(frameType.ping, 0, 0, Buffer.alloc(8))],
    ['HEADERS', headersFrame(1)],
    ['DATA', dataFrame(1, aByte)],
    ['an answer to SETTINGS', frame(frameType.settings, flag.ack, 0, nothing)],
  ])('%s in the place of the first SETTINGS', async (_title, first) => {
    recorded = await recordConnection({ first });
    expect(await recorded.failure()).toBe(protocolError);
  });

  it('an error of whoever handles its streams, which it survives as a server', async () => {
    recorded = await recordConnection({
      onStream() {
        throw new Error('broken handler');
      },
    });
    recorded.client.send(headersFrame(1));
    expect(await recorded.failure()).toBe(http2Code.internalError);
  });
});

describe('a connection takes', () => {
  it('frames and settings that nobody knows', async () => {
    recorded = await recordConnection();
    recorded.client.send(frame(0xfe, 0xff, 7, Buffer.alloc(100)), settingsOf([0xff00, 1], [0, 0]));
    await recorded.client.settle();
    expect(recorded.client.of(frameType.settings).filter(({ flags }) => flags === flag.ack)).toHaveLength(2);
    expect(recorded.errors).toEqual([]);
  });

  it('settings as small and as large as they may be', async () => {
    recorded = await recordConnection();
    const { enablePush, initialWindowSize, maxFrameSize } = setting;
    recorded.client.send(
      settingsOf([enablePush, 0], [maxFrameSize, 16_384], [initialWindowSize, 0]),
      settingsOf([enablePush, 1], [maxFrameSize, 2 ** 24 - 1], [initialWindowSize, 2 ** 31 - 1]),
    );
    await recorded.client.settle();
    expect(recorded.errors).toEqual([]);
    expect(recorded.connection.peerWindowBytes).toBe(2 ** 31 - 1);
  });

  it('PING, and answers with the same bytes, but not answers to PING', async () => {
    recorded = await recordConnection();
    const payload = Buffer.from('12345678');
    recorded.client.send(frame(frameType.ping, flag.ack, 0, Buffer.alloc(8)), frame(frameType.ping, 0, 0, payload));
    await recorded.client.settle();
    const [answer, settled, ...more] = recorded.client.of(frameType.ping);
    expect(answer).toEqual({ type: frameType.ping, flags: flag.ack, stream: 0, payload });
    expect([settled?.flags, more]).toEqual([flag.ack, []]);
  });

  it('PRIORITY for any stream, and HEADERS with a priority', async () => {
    recorded = await recordConnection();
    const priority = Buffer.of(0, 0, 0, 0, 15);
    const { client } = recorded;
    client.send(frame(frameType.priority, 0, 9, priority), frame(frameType.priority, 0, 2, priority));
    client.send(frame(frameType.headers, whole | flag.priority, 1, Buffer.concat([priority, requestBlock])));
    await client.settle();
    expect(recorded.stream(1).stream.headers['content-type']).toBe('application/grpc');
    expect(recorded.stream(1).calls).toEqual(['halfClosed']);
  });

  it('padding', async () => {
    recorded = await recordConnection();
    const { client } = recorded;
    const priority = Buffer.of(0, 0, 0, 0, 15);
    const padded = Buffer.concat([Buffer.of(3), priority, requestBlock, Buffer.alloc(3)]);
    client.send(frame(frameType.headers, flag.endHeaders | flag.padded | flag.priority, 1, padded));
    client.send(dataFrame(1, Buffer.from('\u0003abc\0\0\0', 'latin1'), flag.padded));
    client.send(dataFrame(1, Buffer.of(1, 0), flag.padded | flag.endStream));
    await client.settle();
    expect(recorded.stream(1).calls).toEqual(['received 3', 'halfClosed']);
    expect(Buffer.concat(recorded.stream(1).bytes).toString()).toBe('abc');
  });

  it('a header block in many frames', async () => {
    recorded = await recordConnection();
    const bytes = [...requestBlock].map((byte) => Buffer.of(byte));
    recorded.client.send(
      frame(frameType.headers, flag.endStream, 1, nothing),
      ...bytes.map((byte) => frame(frameType.continuation, 0, 1, byte)),
      frame(frameType.continuation, flag.endHeaders, 1, nothing),
    );
    await recorded.client.settle();
    expect(recorded.stream(1).calls).toEqual(['halfClosed']);
    expect(recorded.stream(1).stream.headers[':authority']).toBe('test');
  });

  it('any number of long header blocks, since each is bounded by itself', async () => {
    recorded = await recordConnection();
    const long = Buffer.concat([requestBlock, ...Array.from({ length: 100 }, () => literal('x', 'y'.repeat(100)))]);
    const streams = Array.from({ length: 10 }, (_, at) => 2 * at + 1);
    for (const stream of streams) {
      recorded.client.send(
        frame(frameType.headers, flag.endStream, stream, long.subarray(0, 50)),
        frame(frameType.continuation, flag.endHeaders, stream, long.subarray(50)),
      );
    }
    await recorded.client.settle();
    expect(recorded.errors).toEqual([]);
    expect(recorded.streamCount).toBe(streams.length);
  });

  it('all that it takes byte by byte', async () => {
    recorded = await recordConnection({ first: nothing });
    const bytes = Buffer.concat([settingsOf(), headersFrame(1), dataFrame(1, aByte, flag.endStream)]);
    for (const byte of bytes) {
      recorded.client.send(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await recorded.client.settle();
    expect(recorded.stream(1).calls).toEqual(['received 1', 'halfClosed']);
  });
});

describe('streams over the limit', () => {
  it('are refused, and what their headers say is remembered', async () => {
    recorded = await recordConnection({ limits: { maxConcurrentStreams: 1 } });
    const { client } = recorded;
    const kept = Buffer.concat([requestBlock, literal('x-kept', 'yes', true)]);
    client.send(headersFrame(1), frame(frameType.headers, flag.endHeaders, 3, kept), resetFrame(1, http2Code.cancel));
    client.send(frame(frameType.headers, flag.endHeaders, 5, Buffer.concat([requestBlock, Buffer.of(0x80 | 62)])));
    await client.settle();
    expect(client.of(frameType.reset).map(({ stream, payload }) => [stream, payload.readUInt32BE()])).toEqual([
      [3, refusedStream],
    ]);
    expect(recorded.stream(5).stream.headers['x-kept']).toBe('yes');
    expect(recorded.streamCount).toBe(2);
  });
});

describe('a stream, and no more than the stream, ends with the code of RFC 9113 after', () => {
  const trailers = literal('x-trailer', 'late');
  const cases: readonly Case[] = [
    ['trailers that end nothing', protocolError, frame(frameType.headers, flag.endHeaders, 1, trailers)],
    ['headers for a second time', protocolError, headersFrame(1, whole)],
    ['WINDOW_UPDATE of nothing', protocolError, windowFrame(1, 0)],
    ['a window above the largest', flowControlError, windowFrame(1, 2 ** 31 - 1)],
    ['DATA after its end', streamClosed, dataFrame(1, aByte, flag.endStream), dataFrame(1, aByte)],
    [
      'trailers after its end',
      streamClosed,
      dataFrame(1, aByte, flag.endStream),
      frame(frameType.headers, whole, 1, trailers),
    ],
  ];
  it.each(casesOf(cases))('$title', async ({ code, frames }) => {
    recorded = await recordConnection();
    const { client } = recorded;
    client.send(headersFrame(1), headersFrame(3), ...frames, dataFrame(1, aByte));
    client.send(frame(frameType.headers, whole, 1, trailers), windowFrame(1, 1), resetFrame(1, 0));
    client.send(dataFrame(3, aByte, flag.endStream));
    await client.settle();
    expect(client.of(frameType.reset).map(({ stream, payload }) => [stream, payload.readUInt32BE()])).toEqual([
      [1, code],
    ]);
    expect(recorded.stream(1).calls.filter((call) => call === 'closed')).toEqual(['closed']);
    expect(recorded.stream(1).calls.at(-1)).toBe('closed');
    expect(recorded.stream(3).calls).toEqual(['received 1', 'halfClosed']);
    expect(recorded.errors).toEqual([]);
  });

  it('headers that no request may have', async () => {
    recorded = await recordConnection();
    recorded.client.send(frame(frameType.headers, whole, 1, literal(':method', 'POST')), headersFrame(3));
    await recorded.client.settle();
    expect(recorded.client.of(frameType.reset, 1)[0]?.payload.readUInt32BE()).toBe(protocolError);
    expect(recorded.streamCount).toBe(1);
  });
});
