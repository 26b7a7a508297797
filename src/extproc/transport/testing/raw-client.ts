import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { type Address, describeAddress } from '../address.ts';
import { createGrpcServer, type GrpcServer, type GrpcServerOptions } from '../server.ts';
import type { ServerStream, StreamHandler } from '../stream.ts';

export const echoMethod = '/test.Echo/Echo';

/** A message with its gRPC prefix. */
export function framed(message: Buffer | string): Buffer {
  const bytes = typeof message === 'string' ? Buffer.from(message) : message;
  const frame = Buffer.alloc(5 + bytes.length);
  frame.writeUInt32BE(bytes.length, 1);
  frame.set(bytes, 5);
  return frame;
}

/** Sends back each message and ends when the client has. */
export function echo(stream: ServerStream): StreamHandler {
  return {
    message: (bytes) => stream.write(framed(bytes)),
    end: () => stream.end(),
    reset: () => {},
  };
}

export interface RunningServer {
  readonly server: GrpcServer;
  readonly address: Address;
  readonly events: Record<string, number>;
}

export async function startServer(
  options: Partial<GrpcServerOptions> = {},
  address: Address = { host: '127.0.0.1', port: 0 },
): Promise<RunningServer> {
  const events: Record<string, number> = {};
  const server = createGrpcServer({
    methods: new Map([[echoMethod, echo]]),
    onEvent: (event, amount) => {
      events[event] = (events[event] ?? 0) + amount;
    },
    ...options,
  });
  return { server, address: await server.listen(address), events };
}

/** A plain HTTP/2 connection: what gRPC libraries would hide is visible here. */
export function open(address: Address, options: Partial<SecureClientSessionOptions> = {}): ClientHttp2Session {
  const socket =
    'path' in address
      ? connectSocket({ path: address.path })
      : connectSocket({ host: address.host, port: address.port });
  const session = connect(`http://${'path' in address ? 'socket' : describeAddress(address)}`, {
    ...options,
    createConnection: () => socket,
  });
  session.on('error', () => {});
  return session;
}

export interface Answer {
  readonly request: ClientHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Of `grpc-status`, wherever it stood. */
  readonly status: string | undefined;
  /** HTTP/2 error code of the end, 0 if it was clean. */
  readonly code: number;
}

export function start(session: ClientHttp2Session, headers: Record<string, string> = {}): ClientHttp2Stream {
  const request = session.request({
    ':method': 'POST',
    ':path': echoMethod,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  request.on('error', () => {});
  return request;
}

/** Everything the server answers, once the stream is closed. */
export function answerOf(request: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve) => {
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    request.on('response', (received) => {
      headers = received;
    });
    request.on('trailers', (received) => {
      trailers = received;
    });
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('close', () => {
      const status = trailers['grpc-status'] ?? headers['grpc-status'];
      resolve({
        request,
        headers,
        trailers,
        body: Buffer.concat(chunks),
        status: status === undefined ? undefined : String(status),
        code: request.rstCode,
      });
    });
  });
}

/** Waits for what happens in a later turn of the event loop; the test's own time limit is the end of patience. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
