import type { Engine } from './engine.ts';
import { type Ending, Exchange, type Flow } from './exchange.ts';
import { renderRejection } from './rejection.ts';
import { readRequestHeaders } from './request-headers.ts';
import { cutResponse, writePiece } from './response-piece.ts';
import { grpcStatus } from './transport/status.ts';
import type { ServerStream, StreamHandler } from './transport/stream.ts';
import { type Verdict, verdict } from './verdict.ts';
import { decodeRequest, Incoming } from './wire/incoming.ts';
import { kind } from './wire/kind.ts';
import { bodySendMode } from './wire/mode.ts';
import { continueFrame, encodeImmediate } from './wire/outgoing.ts';
import { WireError } from './wire/wire-error.ts';

/** Where the stream is. Numbers below are in the order in which messages come. */
const expecting = {
  requestHeaders: 0,
  requestBody: 1,
  responseHeaders: 2,
  responseBody: 3,
  nothing: 4,
  /** The response was ended early: what Envoy had sent before it heard of that still arrives. */
  leftovers: 5,
} as const;
type Expecting = (typeof expecting)[keyof typeof expecting];

/** Messages are read and answered within one call, so one object serves all streams of the process. */
const shared = new Incoming();
const noRequest = Buffer.alloc(0);

/**
 * The stream of the router-level filter: one request and its response. Every way out answers: with a change, with an
 * immediate response, or with a gRPC error. A quiet end would tell Envoy to carry on unprocessed.
 */
export class RouterStream implements StreamHandler, Flow {
  private readonly stream: ServerStream;
  private readonly engine: Engine;
  private exchange: Exchange | undefined = undefined;
  private expecting: Expecting = expecting.requestHeaders;
  /** Kind of the message that is being answered. */
  private kind = 0;
  private isEndOfStream = false;
  /** The phase of the pipeline that runs, and how far it got. */
  private phase: Expecting = expecting.nothing;
  private resumeAt = 0;
  private isSuspended = false;
  private isRunning = false;
  /** What a stage decided that resumed before it returned. */
  private early: Verdict = verdict.pending;
  private current: Incoming = shared;
  private chunk: Buffer = noRequest;
  private waiting: Buffer[] | undefined = undefined;
  private timer: NodeJS.Timeout | undefined = undefined;

  constructor(stream: ServerStream, engine: Engine) {
    this.stream = stream;
    this.engine = engine;
  }

  message(bytes: Buffer): void {
    if (this.isSuspended) {
      // Only body chunks come without waiting for an answer. They are copied because the bytes may be a view.
      this.waiting ??= [];
      this.waiting.push(Buffer.from(bytes));
      this.stream.pause();
      return;
    }
    try {
      decodeRequest(bytes, shared);
    } catch (error) {
      this.unreadable(error);
      return;
    }
    try {
      this.current = shared;
      this.kind = shared.kind;
      this.isEndOfStream = shared.endOfStream;
      this.engine.metrics.message(shared.kind);
      this.receive(shared, bytes);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Envoy is finished with the stream: with the request as a whole, or because the caller left. */
  end(): void {
    this.finish('reset');
    this.stream.end();
  }

  reset(): void {
    this.finish('reset');
  }

  resume(ticket: number, decision: Verdict): void {
    const { exchange } = this;
    if (exchange === undefined || exchange.ending !== undefined || ticket !== exchange.ticket) return;
    // Used up: a second call with this ticket finds another number.
    exchange.ticket++;
    if (this.isRunning) {
      this.early = decision;
      return;
    }
    if (!this.isSuspended) return;
    this.isSuspended = false;
    clearTimeout(this.timer);
    try {
      this.advance(exchange, decision === verdict.proceed ? this.run(exchange, this.resumeAt) : decision);
      this.catchUp();
    } catch (error) {
      this.failed(error);
    }
  }

  fail(error: unknown): void {
    // Within a stage, which fails as a whole.
    if (this.isRunning) throw error;
    clearTimeout(this.timer);
    this.isSuspended = false;
    this.failed(error);
  }

  private receive(message: Incoming, bytes: Buffer): void {
    if (this.expecting === expecting.leftovers) return;
    if (message.kind === kind.responseTrailers && this.expecting === expecting.responseBody) {
      this.chunk = noRequest;
      this.isEndOfStream = true;
      this.start(expecting.responseBody, bytes);
    } else if (message.kind === kind.requestTrailers || message.kind === kind.responseTrailers) {
      // Not asked for, and nothing of ours is in them.
      this.stream.write(continueFrame(message.kind));
    } else if (message.kind === kind.requestHeaders && this.expecting === expecting.requestHeaders) {
      this.begin(message, bytes);
    } else if (message.kind === kind.requestBody && this.expecting === expecting.requestBody) {
      this.takeBody(message);
    } else if (message.kind === kind.responseHeaders && this.isRequestHere()) {
      this.start(expecting.responseHeaders, bytes);
    } else if (message.kind === kind.responseBody && this.expecting === expecting.responseBody) {
      this.chunk = message.body;
      // A body that comes whole is whole, whatever trailers follow.
      this.isEndOfStream ||= this.exchange?.responseBodyMode === bodySendMode.buffered;
      this.start(expecting.responseBody, bytes);
    } else if (message.kind === kind.responseHeaders && this.expecting === expecting.requestHeaders) {
      // A filter in front has answered (health, CORS): the request never came by here, and the answer is not ours.
      this.expecting = expecting.nothing;
      this.stream.write(continueFrame(message.kind));
    } else {
      this.unexpected(message);
    }
  }

  /** A filter in front of this one, or Envoy itself, may answer before the body is complete. */
  private isRequestHere(): boolean {
    return this.expecting === expecting.responseHeaders || this.expecting === expecting.requestBody;
  }

  private unexpected(message: Incoming): void {
    this.engine.metrics.unexpectedMessage();
    this.engine.log.warn({ kind: message.kind, expecting: this.expecting }, 'unexpected message from Envoy');
    this.finish('reset');
    this.stream.fail(grpcStatus.invalidArgument, 'unexpected message');
  }

  private begin(message: Incoming, bytes: Buffer): void {
    const { engine } = this;
    const program = engine.programs.current;
    if (program === undefined) {
      // Not an answer: Envoy asks a sibling instead, or tells the caller itself when there is none.
      engine.metrics.notReady();
      this.expecting = expecting.nothing;
      this.stream.fail(grpcStatus.unavailable, 'there is no program yet');
      return;
    }
    const exchange = new Exchange(program, engine.registry.nextNumber(), engine.monotonic(), this);
    this.exchange = exchange;
    engine.metrics.exchangeStarted();
    readRequestHeaders(exchange, message, engine.callerDialect);
    this.start(expecting.requestHeaders, bytes);
  }

  /**
   * The whole body in one message, since the filter buffers. Not even `end_of_stream` matters: where the caller sends
   * trailers, it is not set although nothing of the body follows.
   */
  private takeBody(message: Incoming): void {
    (this.exchange as Exchange).body = message.body;
    this.start(expecting.requestBody, noRequest);
  }

  private start(phase: Expecting, bytes: Buffer): void {
    this.phase = phase;
    const exchange = this.exchange as Exchange;
    const decision = this.run(exchange, 0);
    if (decision === verdict.pending) this.keepMessage(exchange, bytes);
    this.advance(exchange, decision);
  }

  /** Runs the current phase from a stage on. */
  private run(exchange: Exchange, from: number): Verdict {
    const { pipeline } = this.engine;
    let at = from;
    for (;;) {
      this.isRunning = true;
      this.early = verdict.pending;
      const decision = this.runPhase(exchange, at);
      this.isRunning = false;
      if (decision !== verdict.pending) return decision;
      at = pipeline.stoppedAt + 1;
      if (this.early === verdict.pending) {
        this.suspend(exchange, at);
        return verdict.pending;
      }
      if (this.early !== verdict.proceed) return this.early;
    }
  }

  private runPhase(exchange: Exchange, from: number): Verdict {
    const { pipeline } = this.engine;
    switch (this.phase) {
      case expecting.requestHeaders:
        return pipeline.requestHeaders(exchange, this.current, from);
      case expecting.requestBody:
        return pipeline.request(exchange, from);
      case expecting.responseHeaders:
        return pipeline.responseHeaders(exchange, this.current, from);
      default:
        return pipeline.responseBody(exchange, this.chunk, this.isEndOfStream, from);
    }
  }

  private suspend(exchange: Exchange, resumeAt: number): void {
    this.isSuspended = true;
    this.resumeAt = resumeAt;
    this.timer = setTimeout(() => this.overdue(exchange), this.engine.suspensionTimeoutMs);
  }

  /** The message must outlive the wait: other streams read theirs into the shared object meanwhile. */
  private keepMessage(exchange: Exchange, bytes: Buffer): void {
    if (this.phase === expecting.requestBody) {
      exchange.keepBody();
      return;
    }
    const own = new Incoming();
    decodeRequest(Buffer.from(bytes), own);
    this.current = own;
    this.chunk = own.body;
  }

  /** A phase has come to a decision: on with the next one, or answer. */
  private advance(exchange: Exchange, decision: Verdict): void {
    if (decision === verdict.pending) return;
    if (decision === verdict.answered) {
      this.answerImmediately(exchange);
      return;
    }
    switch (this.phase) {
      case expecting.requestHeaders:
        if (this.isEndOfStream) {
          // No body message will come: all of the request is here.
          this.phase = expecting.requestBody;
          this.advance(exchange, this.run(exchange, 0));
          return;
        }
        this.expecting = expecting.requestBody;
        break;
      case expecting.requestBody:
        this.expecting = expecting.responseHeaders;
        break;
      case expecting.responseHeaders:
        this.engine.metrics.responseStarted(exchange, this.engine.monotonic());
        if (exchange.responseBodyMode === bodySendMode.none || this.isEndOfStream) {
          this.complete(exchange);
          return;
        }
        this.expecting = expecting.responseBody;
        exchange.answer.setResponseBodyMode(exchange.responseBodyMode);
        break;
      default:
        if (this.isEndOfStream) {
          this.complete(exchange);
          return;
        }
    }
    this.write(exchange);
  }

  private write(exchange: Exchange): void {
    if (this.phase !== expecting.responseBody) {
      this.stream.write(exchange.answer.encode(this.kind));
      return;
    }
    const isTrailers = this.kind === kind.responseTrailers;
    writePiece(this.stream, exchange, { bytes: this.chunk, isLast: this.isEndOfStream, isTrailers });
  }

  /** The last message that concerns us: what follows flows past the processor. */
  private complete(exchange: Exchange): void {
    this.expecting = expecting.nothing;
    this.write(exchange);
    this.finish('done');
    // A stream of events may go on for minutes. As long as Envoy's stream to us is open, it would be cut with us.
    this.stream.end();
  }

  private answerImmediately(exchange: Exchange, how: Ending = 'rejected'): void {
    const { rejection, lastBytes } = exchange;
    if (lastBytes !== undefined) {
      cutResponse(this.stream, exchange, lastBytes);
      this.finish(how);
      this.expecting = expecting.leftovers;
      this.stream.end();
      return;
    }
    this.expecting = expecting.nothing;
    const answer =
      exchange.immediate ??
      renderRejection(rejection ?? { code: 'internal', params: {} }, exchange.dialect, exchange.requestId);
    exchange.status = answer.status;
    this.stream.write(encodeImmediate(answer));
    this.finish(how);
  }

  private overdue(exchange: Exchange): void {
    this.isSuspended = false;
    this.engine.log.warn({ requestId: exchange.requestId }, 'a stage did not decide in time');
    exchange.reject('gateway_overloaded');
    this.answerImmediately(exchange, 'timedOut');
  }

  /** Messages that came while a stage was waiting, in their order. */
  private catchUp(): void {
    const { waiting } = this;
    while (waiting !== undefined && waiting.length > 0 && !this.isSuspended) this.message(waiting.shift() as Buffer);
    if (!this.isSuspended) this.stream.resume();
  }

  private finish(how: Ending): void {
    const { exchange, engine } = this;
    clearTimeout(this.timer);
    this.isSuspended = false;
    this.waiting = undefined;
    this.expecting = expecting.nothing;
    if (exchange === undefined) return;
    if (engine.pipeline.end(exchange, how)) engine.metrics.exchangeEnded(exchange, how);
    engine.registry.remove(exchange);
    exchange.releaseRequest();
    // A stream of events may go on for minutes after the processor is done with it.
    this.exchange = undefined;
  }

  private unreadable(error: unknown): void {
    this.engine.metrics.decodeError();
    this.engine.log.error({ reason: reasonOf(error) }, 'message from Envoy cannot be read');
    this.finish('reset');
    this.stream.fail(grpcStatus.internal, 'message cannot be read');
  }

  private failed(error: unknown): void {
    const { exchange, engine } = this;
    this.isRunning = false;
    engine.metrics.internalError();
    engine.log.error(
      { error: error instanceof Error ? error : undefined, requestId: exchange?.requestId },
      'failure inside the processor',
    );
    if (exchange === undefined || exchange.ending !== undefined) {
      this.finish('reset');
      this.stream.fail(grpcStatus.internal, 'internal error');
      return;
    }
    exchange.immediate = undefined;
    exchange.lastBytes = undefined;
    exchange.reject('internal');
    try {
      this.answerImmediately(exchange);
    } catch {
      this.finish('rejected');
      this.stream.fail(grpcStatus.internal, 'internal error');
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof WireError ? error.message : 'unknown';
}
