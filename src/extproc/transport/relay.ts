import { type ClientHttp2Stream, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { type Address, describeAddress } from './address.ts';
import type { Metadata } from './http2/metadata.ts';
import { decodeGrpcMessage } from './percent-encoding.ts';
import { grpcStatus } from './status.ts';
import type { ServerStream, StreamHandler } from './stream.ts';

export interface RelayOptions {
  /** Path of the method, `/package.Service/Method`. */
  readonly method: string;
  /** The sibling process. */
  readonly peer: Address;
  /** Messages that have arrived already, without prefix. */
  readonly first: readonly Buffer[];
  /** Added to the stream's own metadata, for example a mark that stops a relayed stream from being relayed again. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Until the peer has answered on the connection. Default 1,000: it is on the same machine, or gone. */
  readonly connectTimeoutMs?: number;
  /** Bytes waiting for a peer that does not read. Default 64 MiB, since the first message may hold a whole body. */
  readonly maxQueuedBytes?: number;
}

/**
 * Carries a stream on to a sibling process that holds what it needs, and the answers back. The returned handler takes
 * the place of the caller's own. One connection per relayed stream: this is the cold path of a later attempt that came
 * to the wrong process, and a connection that is not shared cannot be in the wrong state.
 */
export function relay(stream: ServerStream, options: RelayOptions): StreamHandler {
  const { peer } = options;
  const maxQueuedBytes = options.maxQueuedBytes ?? 64 * 1024 * 1024;
  const socket =
    'path' in peer ? connectSocket({ path: peer.path }) : connectSocket({ host: peer.host, port: peer.port });
  const session = connect('http://sluice', { createConnection: () => socket });
  let isOver = false;

  const finish = (): void => {
    isOver = true;
    clearTimeout(timer);
    session.destroy();
  };
  const lost = (): void => {
    if (!isOver) {
      finish();
      stream.fail(grpcStatus.unavailable, `the processor at ${describeAddress(peer)} is lost`);
    }
  };
  const timer = setTimeout(lost, options.connectTimeoutMs ?? 1_000);
  // Not 'connect', which a process that hangs would still let through.
  session.on('remoteSettings', () => clearTimeout(timer));
  session.on('error', lost);
  session.on('close', lost);

  const request = session.request(requestHeaders(stream.metadata, options));
  request.on('error', lost);
  request.on('close', lost);
  request.on('data', (frames: Buffer) => stream.write(frames));
  const conclude = (headers: IncomingHttpHeaders): void => {
    const status = headers['grpc-status'];
    if (status === undefined || isOver) {
      return;
    }
    finish();
    if (status === '0') {
      stream.end();
    } else {
      const code = Number(status);
      stream.fail(
        Number.isInteger(code) ? code : grpcStatus.unknown,
        decodeGrpcMessage(String(headers['grpc-message'] ?? '')),
      );
    }
  };
  request.on('response', conclude);
  request.on('trailers', conclude);

  const send = (message: Buffer): void => {
    if (isOver) {
      return;
    }
    writeMessage(request, message);
    if (request.writableLength > maxQueuedBytes) {
      finish();
      stream.fail(grpcStatus.resourceExhausted, `the processor at ${describeAddress(peer)} does not read`);
    }
  };
  for (const message of options.first) {
    send(message);
  }
  return {
    message: send,
    end() {
      if (!isOver) {
        request.end();
      }
    },
    reset() {
      // The connection goes down with it. Closing the request would half-close it first, as if it had ended well.
      finish();
    },
  };
}

function writeMessage(request: ClientHttp2Stream, message: Buffer): void {
  const frame = Buffer.allocUnsafe(5 + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  request.write(frame);
}

/** The caller's metadata goes along, and the authority that it named; what belongs to the connection or to gRPC itself is made anew. */
function requestHeaders(metadata: Metadata, options: RelayOptions): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(metadata)) {
    if (value !== undefined && !name.startsWith(':') && !name.startsWith('grpc-') && !own.has(name)) {
      headers[name] = value;
    }
  }
  return {
    ...headers,
    ...options.metadata,
    ':method': 'POST',
    ':path': options.method,
    ':authority': metadata[':authority'],
    'content-type': 'application/grpc',
    te: 'trailers',
  };
}

const own = new Set(['te', 'content-type', 'content-length', 'host', 'user-agent', 'connection', 'transfer-encoding']);
