import { once } from 'node:events';
import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
} from 'node:http2';
import { Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Address } from './address.ts';
import { ByteBudget } from './byte-budget.ts';
import type { OnEvent } from './events.ts';
import { GrpcStream, type StreamContext } from './grpc-stream.ts';
import { createHealth } from './health.ts';
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
  readonly isTakenWhileDraining?: (metadata: IncomingHttpHeaders) => boolean;
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

/** gRPC on Node's low-level HTTP/2: bytes in, bytes out. */
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
  const sessions = new Set<ServerHttp2Session>();
  let draining: Promise<void> | undefined;

  const http2 = createHttp2Server(limits);
  http2.on('connection', (socket) => {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
  });
  http2.on('session', (session) => {
    sessions.add(session);
    onEvent('connectionOpened', 1);
    session.on('error', (error) => {
      onEvent('connectionError', 1);
      onConnectionError(error);
    });
    session.on('close', () => {
      sessions.delete(session);
      onEvent('connectionClosed', 1);
    });
    session.setLocalWindowSize(limits.connectionWindowBytes);
    if (draining !== undefined && isTakenWhileDraining === undefined) {
      goAway(session, onEvent);
    }
  });
  http2.on('stream', (stream, headers) => {
    stream.on('error', ignore);
    if (draining !== undefined && isTakenWhileDraining?.(headers) !== true) {
      // Says that nothing of it was looked at, so that the client may ask a sibling.
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      onEvent('refused', 1);
      return;
    }
    const method = acceptMethod(stream, headers, methods);
    if (method === undefined) {
      onEvent('refused', 1);
    } else {
      new GrpcStream(stream, headers, context).start(method);
    }
  });
  // Errors of single connections arrive at their session; these are for what has no session (yet), so that none is
  // ever without a listener.
  http2.on('sessionError', ignore);

  return {
    get connectionCount() {
      return sessions.size;
    },
    async listen(address) {
      const bound = await listen(http2, address);
      // Failing to accept, for want of file descriptors, is reported here and must not end the process.
      http2.on('error', onConnectionError);
      return bound;
    },
    drain(graceMs) {
      draining ??= drain(http2, sessions, graceMs, onEvent, isTakenWhileDraining !== undefined);
      health.stop();
      return draining;
    },
  };
}

function createHttp2Server(limits: Limits): Http2Server {
  return createServer({
    settings: {
      enablePush: false,
      initialWindowSize: limits.streamWindowBytes,
      maxConcurrentStreams: limits.maxConcurrentStreams,
    },
    maxSessionMemory: limits.maxSessionMemory,
    streamResetBurst: limits.streamResetBurst,
    streamResetRate: limits.streamResetRate,
    maxSessionInvalidFrames: limits.maxRejectedPerConnection,
    maxSessionRejectedStreams: limits.maxRejectedPerConnection,
  });
}

async function drain(
  http2: Http2Server,
  sessions: ReadonlySet<ServerHttp2Session>,
  graceMs: number,
  onEvent: OnEvent,
  isReachable: boolean,
): Promise<void> {
  const cutOff = setTimeout(() => {
    for (const session of sessions) {
      session.destroy(undefined, constants.NGHTTP2_CANCEL);
    }
  }, graceMs);
  if (isReachable) {
    const gone = [...sessions].map((session) => once(session, 'close'));
    for (const session of sessions) {
      goAway(session, onEvent);
    }
    await Promise.all(gone);
  }
  const closed = new Promise<void>((resolve) => {
    // The net.Server's own close: that of Http2Server would close the sessions uncounted. A server that never listened
    // reports an error here; it is closed all the same.
    Server.prototype.close.call(http2, () => resolve());
  });
  for (const session of sessions) {
    goAway(session, onEvent);
  }
  await closed;
  clearTimeout(cutOff);
  // Sockets are gone a turn before their sessions have told everybody.
  while (sessions.size > 0) {
    await nextTurn();
  }
}

/**
 * Node sends the id of the last stream it has begun along with GOAWAY, so a client knows which of its newest streams
 * were never looked at and may repeat them elsewhere; Envoy does. The gentler two steps of RFC 9113 section 6.8 (first a
 * GOAWAY that stops nothing) lose streams here: nghttp2 stops reading a connection without streams after any GOAWAY.
 */
function goAway(session: ServerHttp2Session, onEvent: OnEvent): void {
  if (!session.destroyed && !session.closed) {
    onEvent('goaway', 1);
    session.close();
  }
}

function ignore(): void {}
