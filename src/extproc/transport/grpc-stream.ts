import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { ByteBudget } from './byte-budget.ts';
import type { OnEvent } from './events.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import type { Limits } from './limits.ts';
import { encodeGrpcMessage } from './percent-encoding.ts';
import { grpcStatus } from './status.ts';
import type { Method, ServerStream, StreamHandler } from './stream.ts';

/** What all streams of a server share. */
export interface StreamContext {
  readonly limits: Limits;
  readonly budget: ByteBudget;
  readonly onEvent: OnEvent;
  readonly onHandlerError: (error: unknown) => void;
}

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_NO_ERROR } = constants;

/** As flat lists: Node passes them on without building an object per stream. */
const responseHeaders: readonly string[] = [':status', '200', 'content-type', 'application/grpc'];
/** `sendDate` is not in the types of this call, but Node reads it; nobody reads a date here. */
const responseOptions = { waitForTrailers: true, sendDate: false };
const lastResponseOptions = { endStream: true, sendDate: false };
const okTrailers = { 'grpc-status': '0' };

/** Where listeners find the stream's state: they are shared functions, not closures made per stream. */
const owner = Symbol('sluice.grpc-stream');

interface Carrier extends ServerHttp2Stream {
  [owner]: GrpcStream;
}

/** One stream: gRPC's rules on both directions. All fields exist from the start, so that all streams share one shape. */
export class GrpcStream implements ServerStream, FrameSink {
  readonly metadata: IncomingHttpHeaders;
  private readonly http2: ServerHttp2Stream;
  private readonly context: StreamContext;
  private readonly reader: FrameReader;
  private handler: StreamHandler | undefined = undefined;
  /** Our side is over: trailers are on their way, or nothing can be sent any more. */
  private hasEnded = false;
  /** The handler has got its `end` or `reset`. */
  private hasFinished = false;
  private hasResponded = false;
  private status: number = grpcStatus.ok;
  private statusMessage = '';
  /** Waiting bytes that the budget knows of. */
  private counted = 0;
  private awaitsDrain = false;

  constructor(http2: ServerHttp2Stream, metadata: IncomingHttpHeaders, context: StreamContext) {
    this.http2 = http2;
    this.metadata = metadata;
    this.context = context;
    this.reader = new FrameReader(this, context.budget, context.limits.maxMessageBytes);
  }

  start(method: Method): void {
    const { http2 } = this;
    (http2 as Carrier)[owner] = this;
    this.context.onEvent('streamOpened', 1);
    http2.on('close', onClose);
    http2.on('wantTrailers', onWantTrailers);
    try {
      this.handler = method(this);
    } catch (error) {
      this.handlerFailed(error);
    }
    http2.on('end', onEnd);
    http2.on('data', onData);
  }

  get isOpen(): boolean {
    return !this.hasEnded && !this.http2.closed && !this.http2.destroyed;
  }

  write(frame: Buffer): void {
    if (!this.isOpen) {
      return;
    }
    if (!this.hasResponded) {
      this.hasResponded = true;
      this.http2.respond(responseHeaders, responseOptions);
    }
    this.context.onEvent('bytesSent', frame.length);
    if (!this.http2.write(frame)) {
      this.boundQueue(frame.length);
    }
  }

  end(): void {
    if (!this.isOpen) {
      return;
    }
    this.hasEnded = true;
    if (this.http2.isPaused()) {
      // What still comes is dropped, but Node closes a stream only when it has been read to its end.
      this.http2.resume();
    }
    if (this.hasResponded) {
      this.http2.end();
    } else {
      this.respondTrailersOnly();
    }
  }

  fail(code: number, message: string): void {
    if (!this.isOpen) {
      return;
    }
    this.context.onEvent('streamFailed', 1);
    this.status = code;
    this.statusMessage = message;
    this.end();
  }

  pause(): void {
    this.http2.pause();
  }

  resume(): void {
    this.http2.resume();
  }

  frame(message: Buffer): boolean {
    if (this.hasEnded || this.hasFinished || this.handler === undefined) {
      return false;
    }
    this.context.onEvent('messageReceived', 1);
    try {
      this.handler.message(message);
    } catch (error) {
      this.handlerFailed(error);
    }
    return !this.hasEnded;
  }

  unreadable(status: number, message: string): void {
    this.fail(status, message);
    this.finish(false);
  }

  received(chunk: Buffer): void {
    this.context.onEvent('bytesReceived', chunk.length);
    if (!this.hasEnded && !this.hasFinished) {
      this.reader.push(chunk);
    }
  }

  /** The client sends nothing more. */
  halfClosed(): void {
    if (this.http2.aborted || this.hasFinished) {
      return;
    }
    if (this.reader.isMidMessage && !this.hasEnded) {
      this.unreadable(grpcStatus.internal, 'the client closed in the middle of a message');
      return;
    }
    this.finish(true);
  }

  /** Nothing of this stream is left. */
  closed(): void {
    this.finish(false);
    this.hasEnded = true;
    this.drained();
  }

  drained(): void {
    this.awaitsDrain = false;
    this.context.budget.give(this.counted);
    this.counted = 0;
  }

  sendTrailers(): void {
    if (this.http2.destroyed || this.http2.closed) {
      return;
    }
    this.http2.sendTrailers(
      this.status === grpcStatus.ok
        ? okTrailers
        : { 'grpc-status': String(this.status), 'grpc-message': encodeGrpcMessage(this.statusMessage) },
    );
    if (this.http2.readableEnded) {
      return;
    }
    if (this.status === grpcStatus.ok) {
      stopClientLater(this.http2);
    } else {
      // Node sends trailers in a setImmediate of its own; a reset before that would swallow them.
      setImmediate(stopClient, this.http2);
    }
  }

  private respondTrailersOnly(): void {
    this.hasResponded = true;
    this.http2.respond(
      [
        ...responseHeaders,
        'grpc-status',
        String(this.status),
        ...(this.status === grpcStatus.ok ? [] : ['grpc-message', encodeGrpcMessage(this.statusMessage)]),
      ],
      lastResponseOptions,
    );
    if (!this.http2.readableEnded) {
      setImmediate(stopClient, this.http2);
    }
  }

  /** Called when more waits than Node likes to hold. `latest` alone may be as long as it wants. */
  private boundQueue(latest: number): void {
    const { http2, context } = this;
    const waiting = http2.writableLength;
    const isWithin =
      waiting - latest <= context.limits.maxQueuedBytesPerStream && context.budget.take(waiting - this.counted);
    if (!isWithin) {
      // Trailers would wait behind the very bytes nobody reads. This reset is RESOURCE_EXHAUSTED in gRPC's table of
      // HTTP/2 error codes, and it frees the memory at once.
      context.onEvent('streamFailed', 1);
      this.hasEnded = true;
      http2.close(NGHTTP2_ENHANCE_YOUR_CALM);
      return;
    }
    this.counted = waiting;
    if (!this.awaitsDrain) {
      this.awaitsDrain = true;
      http2.once('drain', onDrain);
    }
  }

  private finish(isClean: boolean): void {
    if (this.hasFinished) {
      return;
    }
    this.hasFinished = true;
    this.reader.release();
    this.context.onEvent(isClean || this.hasEnded ? 'streamEnded' : 'streamReset', 1);
    try {
      if (isClean) {
        this.handler?.end();
      } else {
        this.handler?.reset();
      }
    } catch (error) {
      this.handlerFailed(error);
    }
  }

  /** Never a quiet end: Envoy would take it for "carry on unprocessed". The cause stays inside. */
  private handlerFailed(error: unknown): void {
    this.fail(grpcStatus.internal, 'internal error');
    this.finish(false);
    this.context.onHandlerError(error);
  }
}

function onData(this: unknown, chunk: Buffer): void {
  (this as Carrier)[owner].received(chunk);
}

function onEnd(this: unknown): void {
  (this as Carrier)[owner].halfClosed();
}

function onClose(this: unknown): void {
  (this as Carrier)[owner].closed();
}

function onDrain(this: unknown): void {
  (this as Carrier)[owner].drained();
}

function onWantTrailers(this: unknown): void {
  (this as Carrier)[owner].sendTrailers();
}

/**
 * Whoever got all answers ends its side by itself, a moment later: Envoy does so for every request. A reset for each of
 * them costs a twentieth of the processor's CPU. Those that have not ended by the next sweep are reset after all.
 */
const clientEndGraceMs = 100;
let answered: ServerHttp2Stream[] = [];

function stopClientLater(http2: ServerHttp2Stream): void {
  if (answered.length === 0) setTimeout(stopAnswered, clientEndGraceMs).unref();
  answered.push(http2);
}

function stopAnswered(): void {
  const due = answered;
  answered = [];
  for (const http2 of due) stopClient(http2);
}

/** RFC 9113 section 8.1: a complete answer to an incomplete request is followed by a reset without error. */
function stopClient(http2: ServerHttp2Stream): void {
  if (!http2.destroyed && !http2.readableEnded) {
    http2.close(NGHTTP2_NO_ERROR);
  }
}
