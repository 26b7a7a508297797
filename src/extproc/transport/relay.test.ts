import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Address } from './address.ts';
import { type RelayOptions, relay } from './relay.ts';
import type { Method } from './stream.ts';
import {
  answerOf,
  echo,
  echoMethod,
  framed,
  open,
  type RunningServer,
  start,
  startServer,
  until,
} from './testing/raw-client.ts';
import { connectFrames, dataFrame, headersFrame, resetFrame } from './testing/raw-frames.ts';

const running: RunningServer[] = [];
let session: ReturnType<typeof open> | undefined;

afterEach(async () => {
  session?.destroy();
  await Promise.all(running.splice(0).map(({ server }) => server.drain(0)));
});

async function serve(method: Method): Promise<RunningServer> {
  const started = await startServer({ methods: new Map([[echoMethod, method]]) });
  running.push(started);
  return started;
}

/** A process that hands every stream to the peer as soon as its first message is there. */
function relaying(peer: Address, options: Partial<RelayOptions> = {}): Method {
  return (stream) => {
    let onward: ReturnType<typeof relay> | undefined;
    return {
      message(bytes) {
        if (onward === undefined) {
          onward = relay(stream, { method: echoMethod, peer, first: [bytes], ...options });
        } else {
          onward.message(bytes);
        }
      },
      end: () => onward?.end(),
      reset: () => onward?.reset(),
    };
  };
}

describe('relay()', () => {
  it('carries messages both ways, and the end', async () => {
    const peer = await serve(echo);
    const front = await serve(relaying(peer.address));
    session = open(front.address);
    const request = start(session);
    const answer = answerOf(request);
    request.write(framed('one'));
    request.write(framed(Buffer.alloc(200_000, 7)));
    request.end(framed('three'));
    const { body, status } = await answer;
    expect(status).toBe('0');
    expect(body).toEqual(Buffer.concat([framed('one'), framed(Buffer.alloc(200_000, 7)), framed('three')]));
    expect(peer.events).toMatchObject({ streamOpened: 1, streamEnded: 1, messageReceived: 3 });
    await until(() => peer.events.connectionClosed === 1);
  });

  it('carries the metadata along, with what it is told to add', async () => {
    let seen: unknown;
    const peer = await serve((stream) => {
      seen = stream.metadata;
      return echo(stream);
    });
    const front = await serve(relaying(peer.address, { metadata: { 'x-relayed': '1' } }));
    session = open(front.address);
    const request = start(session, { ':authority': 'upstream', 'x-own': '1', 'grpc-timeout': '3S' });
    request.end(framed('x'));
    await answerOf(request);
    const carried = { ':authority': 'upstream', 'x-own': '1', 'x-relayed': '1', 'content-type': 'application/grpc' };
    expect(seen).toMatchObject(carried);
    expect(seen).not.toHaveProperty('grpc-timeout');
  });

  it('carries a failure back, with and without messages before it', async () => {
    const peer = await serve((stream) => ({
      message(bytes) {
        if (bytes.length > 1) {
          stream.write(framed(bytes));
        }
        stream.fail(9, 'nicht möglich');
      },
      end() {},
      reset() {},
    }));
    const front = await serve(relaying(peer.address));
    session = open(front.address);
    for (const message of ['x', 'long']) {
      const request = start(session);
      request.write(framed(message));
      const { status, headers, trailers } = await answerOf(request);
      expect(status).toBe('9');
      expect(trailers['grpc-message'] ?? headers['grpc-message']).toBe('nicht m%C3%B6glich');
    }
  });

  it('carries a reset on', async () => {
    const peer = await serve(echo);
    const front = await serve(relaying(peer.address));
    const connection = connectFrames(front.address);
    connection.send(headersFrame(1), dataFrame(1, framed('x')));
    await until(() => peer.events.messageReceived === 1);
    connection.send(resetFrame(1, 8));
    await until(() => peer.events.connectionClosed === 1);
    expect(peer.events).toMatchObject({ streamReset: 1 });
    connection.socket.destroy();
  });

  it('fails UNAVAILABLE when the peer is gone', async () => {
    const peer = await serve(echo);
    await peer.server.drain(0);
    const front = await serve(relaying(peer.address));
    session = open(front.address);
    const request = start(session);
    request.write(framed('x'));
    expect((await answerOf(request)).status).toBe('14');
  });

  it('fails UNAVAILABLE when there is no such socket', async () => {
    const front = await serve(relaying({ path: '/nonexistent/processor.sock' }));
    session = open(front.address);
    const request = start(session);
    request.write(framed('x'));
    const { status, headers } = await answerOf(request);
    expect([status, headers['grpc-message']]).toEqual(['14', 'the processor at /nonexistent/processor.sock is lost']);
  });

  it('fails UNAVAILABLE when the peer dies in the middle', async () => {
    const peer = await serve(echo);
    const front = await serve(relaying(peer.address));
    session = open(front.address);
    const request = start(session);
    const answer = answerOf(request);
    request.write(framed('x'));
    await until(() => peer.events.messageReceived === 1);
    await peer.server.drain(0);
    expect((await answer).status).toBe('14');
  });

  it('fails UNAVAILABLE when the peer accepts the connection and then says nothing', async () => {
    const mute = createServer((socket) => socket.on('error', () => {}).resume());
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const bound = mute.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const front = await serve(relaying({ host: '127.0.0.1', port }, { connectTimeoutMs: 50 }));
    session = open(front.address);
    const request = start(session);
    request.write(framed('x'));
    expect((await answerOf(request)).status).toBe('14');
    await new Promise((resolve) => mute.close(resolve));
  });

  it('fails RESOURCE_EXHAUSTED when the peer does not read', async () => {
    const peer = await serve((stream) => {
      stream.pause();
      return echo(stream);
    });
    const front = await serve(relaying(peer.address, { maxQueuedBytes: 100_000 }));
    session = open(front.address);
    const request = start(session);
    for (let i = 0; i < 40; i++) {
      request.write(framed(Buffer.alloc(100_000)));
    }
    expect((await answerOf(request)).status).toBe('8');
  });
});
