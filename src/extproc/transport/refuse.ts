import { encodeHeaders } from './http2/hpack/encode.ts';
import type { Http2Stream } from './http2/stream.ts';
import { encodeGrpcMessage } from './percent-encoding.ts';
import { grpcStatus } from './status.ts';
import type { Method } from './stream.ts';

/** Any payload encoding is accepted (`+proto`, parameters): to the transport all are bytes. */
const grpcContentType = /^application\/grpc(?:$|[+; ])/i;

/**
 * The method that a request asks for, or undefined after the request has been refused.
 *
 * `grpc-timeout` is deliberately not read. It tells a server when its work is in vain, but the client keeps that time
 * as well and ends the stream when it is over (Envoy does, and on top of it has `message_timeout` per message). A timer
 * per stream would cost more than the work it could save.
 */
export function acceptMethod(stream: Http2Stream, methods: ReadonlyMap<string, Method>): Method | undefined {
  const { headers } = stream;
  if (headers[':method'] !== 'POST') {
    close(stream, [':status', '405', 'allow', 'POST']);
    return undefined;
  }
  if (!grpcContentType.test(headers['content-type'] ?? '')) {
    // What gRPC's HTTP/2 mapping asks for, so that a caller who is not speaking gRPC sees a plain HTTP error.
    close(stream, [':status', '415']);
    return undefined;
  }
  const path = headers[':path'] ?? '';
  const method = methods.get(path);
  if (method === undefined) {
    close(stream, [
      ...[':status', '200', 'content-type', 'application/grpc', 'grpc-status', String(grpcStatus.unimplemented)],
      ...['grpc-message', encodeGrpcMessage(`there is no method ${path.slice(0, 200)}`)],
    ]);
  }
  return method;
}

function close(stream: Http2Stream, headers: readonly string[]): void {
  stream.respond(encodeHeaders(headers), true);
  stream.stopClient();
}
