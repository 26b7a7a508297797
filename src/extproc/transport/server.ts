import { createServer, type Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Address } from './address.ts';
import { ByteBudget } from './byte-budget.ts';
import type { OnEvent } from './events.ts';
import { GrpcStream, type StreamContext } from './grpc-stream.ts';
import { createHealth } from './health.ts';
import { Connection } from './http2/connection.ts';
import { http2Code } from './http2/error.ts';
import type { Metadata } from './http2/metadata.ts';
import type { Http2Stream } from './http2/stream.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { listen } from './listen.ts';
import { acceptMethod } from './refuse.ts';
import type { Method } from './stream.ts';

export interface GrpcServerOptions {
  /** By path, `/package.Service/Method`. The health service comes on its own. */
  readonly methods: ReadonlyMap<string, Method>;
  /**
   * Streams that are taken while the server drains, also on new connections: those that what is still open here waits
   * for. With it the server listens until its older streams have ended. Default: none.
   */
  readonly isTakenWhileDraining?: (metadata: Metadata) => boolean;
  /** Asked by the health service. Default: always. */
  readonly isServing?: () => boolean;
  /** Default: `defaultLimits`, each on its own. */
  readonly limits?: Partial<Limits>;
  /** Shared by several servers of a process to bound it as a whole. Default: one of `limits.maxBufferedBytes`. */
  readonly budget?: ByteBudget;
  /** For counters. Called on the hot path. */
  readonly onEvent?: OnEvent;
  /** What a handler threw. Its stream has already failed with INTERNAL; the cause must not leave the process. */
  readonly onHandlerError?: (error: unknown) => void;
  /** A connection or the listening socket broke. Nothing needs to be done; for the log. */
  readonly onConnectionError?: (error: Error) => void;
}

export interface GrpcServer {
  /** Once per server. Answers with the address in use. */
  listen(address: Address): Promise<Address>;
  /**
   * Takes no new streams, tells clients to go elsewhere (GOAWAY), waits for open streams and frees the socket file; what
   * is still open after `graceMs` is cut off.
   */
  drain(graceMs: number): Promise<void>;
  readonly connectionCount: number;
}

/** Dead TCP peers are noticed by the kernel; a unix socket has none. */
const keepAliveMs = 30_000;

/** gRPC on an HTTP/2 of our own: bytes in, bytes out. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const { isTakenWhileDraining, onEvent = () => {} } = options;
  const onConnectionError = options.onConnectionError ?? (() => {});
  const context: StreamContext = {
    limits,
    budget: options.budget ?? new ByteBudget(limits.maxBufferedBytes),
    onEvent,
    onHandlerError: options.onHandlerError ?? (() => {}),
  };
  const health = createHealth(options.isServing ?? (() => true), options.methods.keys());
  const methods = new Map([...health.methods, ...options.methods]);
  const connections = new Set<Connection>();
  let draining: Promise<void> | undefined;

  function begin(stream: Http2Stream): void {
    if (draining !== undefined && isTakenWhileDraining?.(stream.headers) !== true) {
      // Says that nothing of it was looked at, so that the client may ask a sibling.
      stream.reset(http2Code.refusedStream);
      onEvent('refused', 1);
      return;
    }
    const method = acceptMethod(stream, methods);
    if (method === undefined) onEvent('refused', 1);
    else new GrpcStream(stream, context).start(method);
  }

  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs }, (socket) => {
    onEvent('connectionOpened', 1);
    const connection = new Connection({
      socket,
      limits,
      onStream: begin,
      onError(error) {
        onEvent('connectionError', 1);
        onConnectionError(error);
      },
      onClose() {
        connections.delete(connection);
        onEvent('connectionClosed', 1);
      },
    });
    connections.add(connection);
    if (draining !== undefined && isTakenWhileDraining === undefined) goAway(connection, onEvent);
  });

  return {
    get connectionCount() {
      return connections.size;
    },
    async listen(address) {
      const bound = await listen(server, address);
      // Failing to accept, for want of file descriptors, is reported here and must not end the process.
      server.on('error', onConnectionError);
      return bound;
    },
    drain(graceMs) {
      draining ??= drain(server, connections, graceMs, onEvent, isTakenWhileDraining !== undefined);
      health.stop();
      return draining;
    },
  };
}

async function drain(
  server: Server,
  connections: ReadonlySet<Connection>,
  graceMs: number,
  onEvent: OnEvent,
  isReachable: boolean,
): Promise<void> {
  const cutOff = setTimeout(() => {
    for (const connection of connections) connection.destroy();
  }, graceMs);
  if (isReachable) {
    const older = [...connections];
    for (const connection of older) goAway(connection, onEvent);
    await Promise.all(older.map((connection) => connection.closed));
  }
  const closed = new Promise<void>((resolve) => {
    // A server that never listened reports an error here; it is closed all the same.
    server.close(() => resolve());
  });
  for (const connection of connections) goAway(connection, onEvent);
  await closed;
  clearTimeout(cutOff);
  // Sockets are gone a turn before their connections have told everybody.
  while (connections.size > 0) await nextTurn();
}

function goAway(connection: Connection, onEvent: OnEvent): void {
  if (connection.isGoingAway) return;
  onEvent('goaway', 1);
  connection.goAway();
}
