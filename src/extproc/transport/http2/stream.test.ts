import { afterEach, describe, expect, it } from 'vitest';
import { dataFrame, frame, headersFrame, literal, resetFrame, settingsOf, windowFrame } from '../testing/raw-frames.ts';
import { http2Code } from './error.ts';
import { flag, frameType, setting } from './frame.ts';
import { type RecordedConnection, recordConnection } from './testing/recorded-connection.ts';

let recorded: RecordedConnection;

afterEach(() => recorded.stop());

const whole = flag.endHeaders | flag.endStream;
const block = Buffer.of(0x88);
const trailers = literal('grpc-status', '0');

function resets(): readonly (readonly [stream: number, code: number])[] {
  return recorded.client.of(frameType.reset).map(({ stream, payload }) => [stream, payload.readUInt32BE()]);
}

/** Resolves if the server has no stream left: its GOAWAY is then followed by the end. */
async function expectNoStreams(): Promise<void> {
  recorded.connection.goAway();
  expect(await recorded.failure()).toBe(http2Code.noError);
}

describe('what a sink is told', () => {
  it('of a request with trailers: bytes, the end, and after our own end the close', async () => {
    recorded = await recordConnection();
    const { client } = recorded;
    client.send(headersFrame(1), dataFrame(1, Buffer.from('abc')));
    client.send(frame(frameType.headers, whole, 1, literal('x-trailer', 'x')));
    await client.settle();
    const { stream, calls } = recorded.stream(1);
    expect(calls).toEqual(['received 3', 'halfClosed']);
    stream.respond(block, false);
    stream.write(Buffer.from('answer'));
    stream.end(trailers);
    expect(calls).toEqual(['received 3', 'halfClosed']);
    await client.settle();
    expect(calls).toEqual(['received 3', 'halfClosed', 'closed']);
    expect(client.frames.filter((sent) => sent.stream === 1).map(({ type, flags }) => [type, flags])).toEqual([
      [frameType.headers, flag.endHeaders],
      [frameType.data, 0],
      [frameType.headers, whole],
    ]);
    await expectNoStreams();
  });

  it('of an end of ours before the client has ended: nothing until the client has', async () => {
    recorded = await recordConnection();
    const { client } = recorded;
    client.send(headersFrame(1));
    await client.settle();
    const { stream, calls } = recorded.stream(1);
    stream.respond(block, true);
    expect(stream.isWritable).toBe(false);
    client.send(dataFrame(1, Buffer.from('late')));
    await client.settle();
    expect(calls).toEqual(['received 4']);
    client.send(dataFrame(1, Buffer.alloc(0), flag.endStream));
    await client.settle();
    expect(calls).toEqual(['received 4', 'halfClosed', 'closed']);
    expect(resets()).toEqual([]);
    await expectNoStreams();
  });

  it.each(['received 1', 'halfClosed'])(
    'of a reset from within "%s": the close, once that call is over',
    async (at) => {
      recorded = await recordConnection({
        act({ stream, calls }, call) {
          if (call !== at) return;
          stream.reset(http2Code.cancel);
          stream.reset(http2Code.cancel);
          calls.push('returned');
        },
      });
      const { client } = recorded;
      client.send(headersFrame(1), dataFrame(1, Buffer.from('a'), flag.endStream), resetFrame(1, 0));
      await client.settle();
      const told = at === 'received 1' ? ['received 1'] : ['received 1', 'halfClosed'];
      expect(recorded.stream(1).calls).toEqual([...told, 'returned', 'closed']);
      expect(resets()).toEqual([[1, http2Code.cancel]]);
      await expectNoStreams();
    },
  );

  it('of an end from within the end of the client: the close, once that call is over', async () => {
    recorded = await recordConnection({
      act({ stream, calls }, call) {
        if (call !== 'halfClosed') return;
        stream.respond(block, false);
        stream.end(trailers);
        calls.push('returned');
      },
    });
    recorded.client.send(headersFrame(1, whole));
    await recorded.client.settle();
    expect(recorded.stream(1).calls).toEqual(['halfClosed', 'returned', 'closed']);
    await expectNoStreams();
  });

  it('of a reset by the client: the close at once, and nothing of what was held', async () => {
    recorded = await recordConnection();
    const { client } = recorded;
    client.send(headersFrame(1));
    await client.settle();
    const { stream, calls } = recorded.stream(1);
    stream.pause();
    client.send(dataFrame(1, Buffer.from('held')), resetFrame(1, http2Code.cancel));
    await client.settle();
    stream.resume();
    stream.write(Buffer.from('x'));
    stream.respond(block, true);
    stream.end(trailers);
    stream.stopClient();
    await client.settle();
    expect(calls).toEqual(['closed']);
    expect(client.frames.filter((sent) => sent.stream === 1)).toEqual([]);
    await expectNoStreams();
  });

  it('of a lost connection: the close of every stream, and then the connection is over', async () => {
    recorded = await recordConnection();
    const { client } = recorded;
    client.send(headersFrame(1), headersFrame(3, whole), headersFrame(5));
    await client.settle();
    recorded.stream(5).stream.reset(http2Code.cancel);
    client.socket.destroy();
    await recorded.connection.closed;
    expect([1, 3, 5].map((id) => recorded.stream(id).calls)).toEqual([
      ['closed'],
      ['halfClosed', 'closed'],
      ['closed'],
    ]);
    expect(recorded.isClosed).toBe(true);
  });
});

describe('a paused stream', () => {
  it('tells what was held, and then the end once, also if it is resumed more than once', async () => {
    recorded = await recordConnection();
    const { client } = recorded;
    client.send(headersFrame(1));
    await client.settle();
    const { stream, calls } = recorded.stream(1);
    stream.pause();
    client.send(dataFrame(1, Buffer.from('a')), dataFrame(1, Buffer.from('bc'), flag.endStream));
    await client.settle();
    expect(calls).toEqual([]);
    stream.resume();
    stream.resume();
    stream.pause();
    stream.resume();
    expect(calls).toEqual([]);
    await client.settle();
    expect(calls).toEqual(['received 1', 'received 2', 'halfClosed']);
  });

  it('tells the end after the resume, if only that was held', async () => {
    recorded = await recordConnection({ onStream: (stream) => stream.pause() });
    recorded.client.send(headersFrame(1, whole));
    await recorded.client.settle();
    const { stream, calls } = recorded.stream(1);
    expect(calls).toEqual([]);
    stream.resume();
    await recorded.client.settle();
    expect(calls).toEqual(['halfClosed']);
  });

  it('keeps the order if it is resumed by another stream while more of it comes in', async () => {
    recorded = await recordConnection({
      act({ stream }, call) {
        if (stream.id === 1 && call === 'received 1') stream.pause();
        if (stream.id === 3) recorded.stream(1).stream.resume();
      },
    });
    const { client } = recorded;
    const parts = [1, 2, 3, 4].map((size) => dataFrame(1, Buffer.alloc(size), size === 4 ? flag.endStream : 0));
    const [first, second, third, last] = parts as [Buffer, Buffer, Buffer, Buffer];
    // One chunk, so that all of it is looked at in one turn.
    client.send(headersFrame(1), headersFrame(3), first, second, dataFrame(3, Buffer.from('go')), third, last);
    await client.settle();
    expect(recorded.stream(1).calls).toEqual(['received 1', 'received 2', 'received 3', 'received 4', 'halfClosed']);
  });

  it('keeps the order if it pauses again while the held is told', async () => {
    recorded = await recordConnection({ act: ({ stream }) => stream.pause() });
    const { client } = recorded;
    client.send(headersFrame(1), ...[1, 2, 3].map((size) => dataFrame(1, Buffer.alloc(size))));
    client.send(dataFrame(1, Buffer.alloc(0), flag.endStream));
    await client.settle();
    const { stream, calls } = recorded.stream(1);
    for (const told of [['received 1'], ['received 2'], ['received 3'], ['halfClosed']]) {
      expect(calls.splice(0)).toEqual(told);
      stream.resume();
      await client.settle();
    }
    expect(calls).toEqual([]);
  });
});

describe('a client that has not ended', () => {
  it('is stopped without an error behind the trailers, which may still have to wait', async () => {
    recorded = await recordConnection({ first: settingsOf([setting.initialWindowSize, 0]) });
    const { client } = recorded;
    client.send(headersFrame(1));
    await client.settle();
    const { stream, calls } = recorded.stream(1);
    stream.respond(block, false);
    stream.write(Buffer.from('abc'));
    stream.end(trailers);
    stream.stopClient();
    stream.write(Buffer.from('nothing follows an end'));
    await client.settle();
    expect(resets()).toEqual([]);
    client.send(windowFrame(1, 3));
    await client.settle();
    expect(client.frames.filter((sent) => sent.stream === 1).map(({ type }) => type)).toEqual([
      frameType.headers,
      frameType.data,
      frameType.headers,
      frameType.reset,
    ]);
    expect(resets()).toEqual([[1, http2Code.noError]]);
    expect(calls).toEqual(['closed']);
    await expectNoStreams();
  });
});
