import type { ByteBudget } from './byte-budget.ts';
import type { OnEvent } from './events.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import { http2Code } from './http2/error.ts';
import { encodeHeaders } from './http2/hpack/encode.ts';
import type { Metadata } from './http2/metadata.ts';
import type { Http2Stream, StreamSink } from './http2/stream.ts';
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

const responseHeaders: readonly string[] = [':status', '200', 'content-type', 'application/grpc'];
const responseBlock = encodeHeaders(responseHeaders);
const okStatus: readonly string[] = ['grpc-status', '0'];
const okTrailers = encodeHeaders(okStatus);

/** From this part of the bound on a client gets to send no more until it has read what waits. */
const pauseAtPart = 4;

/** It must fit into one frame, percent-encoded; it may be what another processor said. */
const maxStatusMessage = 1_000;

/** One stream: gRPC's rules on both directions. All fields exist from the start, so that all streams share one shape. */
export class GrpcStream implements ServerStream, StreamSink, FrameSink {
  readonly metadata: Metadata;
  private readonly http2: Http2Stream;
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
  /** Two that may want the client to wait: the handler, and answers that it does not read as fast as it asks. */
  private isPausedByHandler = false;
  private isFull = false;

  constructor(http2: Http2Stream, context: StreamContext) {
    this.http2 = http2;
    this.metadata = http2.headers;
    this.context = context;
    this.reader = new FrameReader(this, context.budget, context.limits.maxMessageBytes);
  }

  start(method: Method): void {
    this.context.onEvent('streamOpened', 1);
    this.http2.attach(this);
    try {
      this.handler = method(this);
    } catch (error) {
      this.handlerFailed(error);
    }
  }

  get isOpen(): boolean {
    return !this.hasEnded && this.http2.isWritable;
  }

  write(frame: Buffer): void {
    if (!this.isOpen) {
      return;
    }
    if (!this.hasResponded) {
      this.hasResponded = true;
      this.http2.respond(responseBlock, false);
    }
    this.context.onEvent('bytesSent', frame.length);
    this.http2.write(frame);
    if (this.http2.waitingBytes > 0) this.boundQueue(frame.length);
  }

  end(): void {
    if (!this.isOpen) {
      return;
    }
    this.hasEnded = true;
    // What still comes is dropped.
    this.http2.resume();
    const status = this.statusHeaders();
    if (this.hasResponded) this.http2.end(status === okStatus ? okTrailers : encodeHeaders(status));
    else this.http2.respond(encodeHeaders([...responseHeaders, ...status]), true);
    if (this.status !== grpcStatus.ok) this.http2.stopClient();
    else if (!this.http2.isRemoteEnded) stopClientLater(this.http2);
  }

  fail(code: number, message: string): void {
    if (!this.isOpen) {
      return;
    }
    this.context.onEvent('streamFailed', 1);
    this.status = code;
    this.statusMessage = message.slice(0, maxStatusMessage);
    this.end();
  }

  pause(): void {
    this.isPausedByHandler = true;
    this.http2.pause();
  }

  resume(): void {
    this.isPausedByHandler = false;
    if (!this.isFull) this.http2.resume();
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
    if (this.hasFinished) return;
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
    this.context.budget.give(this.counted);
    this.counted = 0;
    if (!this.isFull) return;
    this.isFull = false;
    if (!this.isPausedByHandler) this.http2.resume();
  }

  private statusHeaders(): readonly string[] {
    if (this.status === grpcStatus.ok) return okStatus;
    return ['grpc-status', String(this.status), 'grpc-message', encodeGrpcMessage(this.statusMessage)];
  }

  /** `latest` alone may be as long as it wants. */
  private boundQueue(latest: number): void {
    const { http2, context } = this;
    const waiting = http2.waitingBytes;
    const isWithin =
      waiting - latest <= context.limits.maxQueuedBytesPerStream && context.budget.take(waiting - this.counted);
    if (!isWithin) {
      // Trailers would wait behind the very bytes nobody reads. This reset is RESOURCE_EXHAUSTED in gRPC's table of
      // HTTP/2 error codes, and it frees the memory at once.
      context.onEvent('streamFailed', 1);
      this.hasEnded = true;
      http2.reset(http2Code.enhanceYourCalm);
      return;
    }
    this.counted = waiting;
    if (waiting * pauseAtPart <= context.limits.maxQueuedBytesPerStream) return;
    this.isFull = true;
    http2.pause();
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

/**
 * Whoever got all answers ends its side by itself, a moment later: Envoy does so for every request, and needs no
 * reset. Those that have not ended by the next sweep are reset after all.
 */
const clientEndGraceMs = 100;
let answered: Http2Stream[] = [];

function stopClientLater(http2: Http2Stream): void {
  if (answered.length === 0) setTimeout(stopAnswered, clientEndGraceMs).unref();
  answered.push(http2);
}

function stopAnswered(): void {
  const due = answered;
  answered = [];
  for (const http2 of due) http2.stopClient();
}
