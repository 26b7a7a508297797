import { createServer } from 'node:net';
import { defaultLimits, type Limits } from '../../limits.ts';
import { until } from '../../testing/raw-client.ts';
import { connectFrames, type FrameConnection } from '../../testing/raw-frames.ts';
import { Connection } from '../connection.ts';
import type { ConnectionFault } from '../error.ts';
import { frameType } from '../frame.ts';
import type { Http2Stream, StreamSink } from '../stream.ts';

/** What a stream's sink was told, in order: bytes as their number. */
export interface RecordedStream {
  readonly stream: Http2Stream;
  readonly calls: string[];
  readonly bytes: Buffer[];
}

export interface RecordedConnection {
  readonly connection: Connection;
  readonly client: FrameConnection;
  /** By number. */
  stream(id: number): RecordedStream;
  readonly streamCount: number;
  readonly errors: readonly ConnectionFault[];
  readonly isClosed: boolean;
  /** The code of the GOAWAY with which the server gave up, once the socket is closed as well. */
  failure(): Promise<number>;
  stop(): Promise<void>;
}

export interface RecorderOptions {
  readonly limits?: Partial<Limits>;
  /** In the place of the client's first SETTINGS. */
  readonly first?: Buffer;
  /** Called on what is told, after it was written down. */
  readonly act?: (recorded: RecordedStream, call: string) => void;
  readonly onStream?: (stream: Http2Stream) => void;
}

/** A connection by itself, with no gRPC above it, and a client that sends frames by hand. */
export async function recordConnection(options: RecorderOptions = {}): Promise<RecordedConnection> {
  const streams = new Map<number, RecordedStream>();
  const errors: Error[] = [];
  let isClosed = false;
  let connection: Connection | undefined;
  const server = createServer((socket) => {
    connection = new Connection({
      socket,
      limits: { ...defaultLimits, ...options.limits },
      onStream(stream) {
        options.onStream?.(stream);
        const recorded = { stream, calls: [], bytes: [] };
        streams.set(stream.id, recorded);
        stream.attach(sinkOf(recorded, options.act));
      },
      onError: (error) => errors.push(error),
      onClose() {
        isClosed = true;
      },
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a port was asked for');
  const client = connectFrames({ host: '127.0.0.1', port: address.port }, options.first);
  await until(() => connection !== undefined);
  if (connection === undefined) throw new Error('nobody connected');
  return {
    connection,
    client,
    stream(id) {
      const recorded = streams.get(id);
      if (recorded === undefined) throw new Error(`there is no stream ${id}`);
      return recorded;
    },
    get streamCount() {
      return streams.size;
    },
    get errors() {
      return errors as ConnectionFault[];
    },
    get isClosed() {
      return isClosed;
    },
    async failure() {
      await until(() => client.isClosed && isClosed);
      return client.of(frameType.goAway).at(-1)?.payload.readUInt32BE(4) ?? -1;
    },
    async stop() {
      client.socket.destroy();
      connection?.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sinkOf(recorded: RecordedStream, act: RecorderOptions['act']): StreamSink {
  const tell = (call: string): void => {
    recorded.calls.push(call);
    act?.(recorded, call);
  };
  return {
    received(bytes) {
      recorded.bytes.push(bytes);
      tell(`received ${bytes.length}`);
    },
    halfClosed: () => tell('halfClosed'),
    closed: () => tell('closed'),
    drained: () => tell('drained'),
  };
}
