import { afterEach, describe, expect, it } from 'vitest';
import { http2Code } from './http2/error.ts';
import { flag, frameType } from './http2/frame.ts';
import type { GrpcServerOptions } from './server.ts';
import type { Method, ServerStream } from './stream.ts';
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
import { connectFrames, dataFrame, headersFrame, resetFrame } from './testing/raw-frames.ts';

let running: RunningServer;
let session: ReturnType<typeof open>;

afterEach(async () => {
  session.destroy();
  await running.server.drain(0);
});

async function serve(method: Method, options: Partial<GrpcServerOptions> = {}): Promise<void> {
  running = await startServer({ methods: new Map([[echoMethod, method]]), ...options });
  session = open(running.address);
}

/** Records what a handler is told. */
function recorder(act: (stream: ServerStream, text: string) => void = () => {}) {
  const calls: string[] = [];
  const method: Method = (stream) => ({
    message(bytes) {
      calls.push(`message ${bytes.toString('latin1', 0, 20)}`);
      act(stream, bytes.toString());
    },
    end() {
      calls.push('end');
      stream.end();
    },
    reset() {
      calls.push('reset');
    },
  });
  return { calls, method };
}

describe('a gRPC stream', () => {
  it('brings the messages, then the end, and answers with trailers', async () => {
    const { calls, method } = recorder((stream, text) => stream.write(framed(text.toUpperCase())));
    await serve(method);
    const request = start(session);
    const answer = answerOf(request);
    request.write(framed('one'));
    request.end(framed('two'));
    const { headers, trailers, body, code } = await answer;
    expect(calls).toEqual(['message one', 'message two', 'end']);
    expect(headers).toMatchObject({ ':status': 200, 'content-type': 'application/grpc' });
    expect(trailers['grpc-status']).toBe('0');
    expect(body).toEqual(Buffer.concat([framed('ONE'), framed('TWO')]));
    expect(code).toBe(0);
  });

  it('hands the request headers to the method', async () => {
    let own: unknown;
    await serve((stream) => {
      own = stream.metadata['x-own'];
      return { message() {}, end: () => stream.end(), reset() {} };
    });
    const request = start(session, { 'x-own': 'yes' });
    request.end();
    expect((await answerOf(request)).status).toBe('0');
    expect(own).toBe('yes');
  });

  it('fails with headers alone when nothing was written', async () => {
    const { calls, method } = recorder((stream) => stream.fail(7, 'nö: 100%\n'));
    await serve(method);
    const request = start(session);
    request.write(framed('x'));
    const { headers, trailers } = await answerOf(request);
    expect(headers).toMatchObject({ ':status': 200, 'grpc-status': '7', 'grpc-message': 'n%C3%B6: 100%25%0A' });
    expect(trailers).toEqual({});
    // Node's client half-closes when it sees the failure; Envoy and grpc-js reset.
    await until(() => calls.length === 2);
    expect(calls[0]).toBe('message x');
    expect(['end', 'reset']).toContain(calls[1]);
  });

  it('fails with trailers after something was written, although the client is still sending', async () => {
    const { method } = recorder((stream, text) => {
      stream.write(framed(text));
      stream.fail(13, 'no');
    });
    await serve(method);
    const request = start(session);
    request.write(framed('x'));
    const { trailers, body, code } = await answerOf(request);
    expect(body).toEqual(framed('x'));
    expect(trailers).toMatchObject({ 'grpc-status': '13', 'grpc-message': 'no' });
    expect(code).toBe(0);
  });

  it('cuts a text that would not fit into a frame', async () => {
    const { method } = recorder((stream) => stream.fail(13, 'ü'.repeat(100_000)));
    await serve(method);
    const request = start(session);
    request.end(framed('x'));
    const { headers } = await answerOf(request);
    expect(headers['grpc-message']).toBe('%C3%BC'.repeat(1_000));
  });

  it('drops messages after its own end and tells the handler once that it is over', async () => {
    const { calls, method } = recorder((stream) => stream.end());
    await serve(method);
    const request = start(session);
    request.end(Buffer.concat([framed('one'), framed('two')]));
    expect((await answerOf(request)).status).toBe('0');
    await until(() => calls.length === 2);
    expect(calls[0]).toBe('message one');
    expect(['end', 'reset']).toContain(calls[1]);
    expect(running.events).toMatchObject({ streamOpened: 1, streamEnded: 1 });
  });

  it('leaves it to a client that has all answers to end, and resets who has not a moment later', async () => {
    const { method } = recorder((stream) => stream.end());
    await serve(method);
    const { send, of } = connectFrames(running.address);
    send(headersFrame(1), dataFrame(1, framed('x')), dataFrame(1, Buffer.alloc(0), flag.endStream));
    send(headersFrame(3), dataFrame(3, framed('x')));
    await until(() => of(frameType.reset, 3).length > 0);
    expect(of(frameType.reset).map(({ stream, payload }) => [stream, payload.readUInt32BE()])).toEqual([
      [3, http2Code.noError],
    ]);
  });

  it.each<[string, readonly number[], (stream: ServerStream) => void]>([
    ['once', [0, 2, 5, 8], () => undefined],
    // Also of one without error code.
    ['also while the stream is paused', [0, 2], (stream) => stream.pause()],
  ])('tells the handler of a reset, %s', async (_, codes, whenAsked) => {
    const { calls, method } = recorder(whenAsked);
    await serve(method);
    const connection = connectFrames(running.address);
    for (const [index, code] of codes.entries()) {
      calls.length = 0;
      connection.send(headersFrame(2 * index + 1), dataFrame(2 * index + 1, framed('x')));
      await until(() => calls.length === 1);
      connection.send(resetFrame(2 * index + 1, code));
      await until(() => running.events.streamReset === index + 1);
      expect(calls, `code ${code}`).toEqual(['message x', 'reset']);
    }
    connection.socket.destroy();
  });

  it('tells every handler of a lost connection, and does nothing on later writes', async () => {
    const streams: ServerStream[] = [];
    const calls: string[] = [];
    await serve((stream) => {
      streams.push(stream);
      return { message() {}, end: () => calls.push('end'), reset: () => calls.push('reset') };
    });
    for (let i = 0; i < 20; i++) {
      start(session).write(framed('x'));
    }
    await until(() => streams.length === 20);
    session.destroy();
    await until(() => calls.length === 20);
    expect(new Set(calls)).toEqual(new Set(['reset']));
    for (const stream of streams) {
      expect(stream.isOpen).toBe(false);
      stream.write(framed('late'));
      stream.fail(13, 'late');
      stream.end();
    }
  });

  it('ignores writes after the client has gone while the handler was still at work', async () => {
    let stream: ServerStream | undefined;
    let hasEnded = false;
    await serve((opened) => {
      stream = opened;
      return {
        message() {},
        end() {
          hasEnded = true;
        },
        reset() {},
      };
    });
    start(session).end(framed('x'));
    await until(() => hasEnded);
    session.destroy();
    await until(() => running.events.connectionClosed === 1);
    stream?.write(framed('late'));
    stream?.end();
    expect(stream?.isOpen).toBe(false);
  });

  it('refuses a half-close in the middle of a message', async () => {
    const { calls, method } = recorder();
    await serve(method);
    for (const cut of [1, 4, 5, 7]) {
      calls.length = 0;
      const request = start(session);
      request.end(framed('abc').subarray(0, cut));
      expect((await answerOf(request)).status).toBe('13');
      expect(calls).toEqual(['reset']);
    }
  });

  it('refuses a message over the limit without waiting for it', async () => {
    const { calls, method } = recorder();
    await serve(method, { limits: { maxMessageBytes: 100 } });
    const request = start(session);
    request.write(Buffer.of(0, 0, 0, 0, 101));
    const { headers } = await answerOf(request);
    expect(headers).toMatchObject({
      'grpc-status': '8',
      'grpc-message': 'a message of 101 bytes exceeds the limit of 100',
    });
    await until(() => calls.length === 1);
    expect(calls).toEqual(['reset']);
  });

  it('refuses a compressed message', async () => {
    await serve(recorder().method);
    const request = start(session);
    request.end(Buffer.of(1, 0, 0, 0, 1, 0x61));
    expect((await answerOf(request)).status).toBe('12');
  });

  it('answers INTERNAL without the cause when a handler throws, wherever it does', async () => {
    const errors: unknown[] = [];
    const throwing = (place: string): Method => {
      const fail = (at: string) => {
        if (at === place) {
          throw new Error(`secret in ${at}`);
        }
      };
      return () => {
        fail('open');
        return { message: () => fail('message'), end: () => fail('end'), reset: () => fail('reset') };
      };
    };
    const methods = new Map(['open', 'message', 'end', 'reset'].map((place) => [`/test/${place}`, throwing(place)]));
    running = await startServer({ methods, onHandlerError: (error) => errors.push(error) });
    session = open(running.address);
    for (const place of ['open', 'message', 'end']) {
      const request = start(session, { ':path': `/test/${place}` });
      request.end(framed('x'));
      const { status, headers } = await answerOf(request);
      expect([status, headers['grpc-message']]).toEqual(['13', 'internal error']);
    }
    const request = start(session, { ':path': '/test/reset' });
    request.write(framed('x'));
    await until(() => running.events.messageReceived === 3);
    session.destroy();
    await until(() => errors.length === 4);
    expect(errors.map(String)).toEqual(['open', 'message', 'end', 'reset'].map((place) => `Error: secret in ${place}`));
  });

  it('holds the client back while it is paused', async () => {
    let stream: ServerStream | undefined;
    await serve(
      (opened) => {
        stream = opened;
        opened.pause();
        return { message() {}, end: () => opened.end(), reset() {} };
      },
      { limits: { streamWindowBytes: 65_535 } },
    );
    const request = start(session);
    const answer = answerOf(request);
    request.end(Buffer.concat(Array.from({ length: 300 }, () => framed(Buffer.alloc(1_000)))));
    await until(() => stream !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(running.events.messageReceived ?? 0).toBe(0);
    expect(request.writableLength).toBeGreaterThan(0);
    stream?.resume();
    expect((await answer).status).toBe('0');
    expect(running.events.messageReceived).toBe(300);
  });

  it('can be failed while it is paused, with more to read', async () => {
    const { calls, method } = recorder((stream) => {
      stream.pause();
      stream.fail(13, 'no');
    });
    await serve(method, { limits: { streamWindowBytes: 65_535 } });
    const request = start(session);
    request.end(Buffer.concat([framed('x'), framed(Buffer.alloc(500_000))]));
    expect((await answerOf(request)).status).toBe('13');
    await until(() => calls.length === 2);
    expect(calls[0]).toBe('message x');
    expect(['end', 'reset']).toContain(calls[1]);
  });

  it('gives all streams one shape', async () => {
    const streams: ServerStream[] = [];
    await serve((stream) => {
      streams.push(stream);
      return { message: (bytes) => stream.write(framed(bytes)), end: () => stream.end(), reset() {} };
    });
    const plain = start(session);
    plain.end(framed('x'));
    await answerOf(plain);
    const connection = connectFrames(running.address);
    connection.send(headersFrame(1), dataFrame(1, framed('x')), resetFrame(1, 2));
    await until(() => running.events.streamReset === 1);
    connection.socket.destroy();
    const [one, two] = streams;
    expect(Object.keys(one ?? {})).toEqual(Object.keys(two ?? {}));
    expect(Object.keys(one ?? {}).length).toBeGreaterThan(10);
  });
});
