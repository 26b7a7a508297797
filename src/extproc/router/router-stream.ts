import type { Engine } from '../engine.ts';
import type { Ending, Exchange } from '../exchange.ts';
import { logOfAnswered } from '../log-fields.ts';
import { renderRejection } from '../rejection.ts';
import { grpcStatus } from '../transport/status.ts';
import type { ServerStream, StreamHandler } from '../transport/stream.ts';
import { type Verdict, verdict } from '../verdict.ts';
import { decodeRequest, Incoming } from '../wire/incoming.ts';
import { kind } from '../wire/kind.ts';
import { bodySendMode } from '../wire/mode.ts';
import { continueFrame, encodeImmediate } from '../wire/outgoing.ts';
import { WireError } from '../wire/wire-error.ts';
import { type PhaseOwner, PhaseRun, phase } from './phase-run.ts';
import { readRequestHeaders } from './request-headers.ts';
import { cutResponse, writePiece } from './response-piece.ts';
import { Silence } from './silence.ts';

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
const noBytes = Buffer.alloc(0);

/**
 * The stream of the router-level filter: one request and its response, as messages in their order and the answers to
 * them. Every way out answers: with a change, with an immediate response, or with a gRPC error. A quiet end would tell
 * Envoy to carry on unprocessed.
 */
export class RouterStream implements StreamHandler, PhaseOwner {
  private readonly stream: ServerStream;
  private readonly engine: Engine;
  private readonly demandedTokens: string | undefined;
  /** From the request headers on, until we are done with the exchange. */
  private run: PhaseRun | undefined = undefined;
  private expecting: Expecting = expecting.requestHeaders;
  /** Kind of the message that is being answered. */
  private kind = 0;
  private isEndOfStream = false;
  private waiting: Buffer[] | undefined = undefined;
  /** Between pieces of a response that may not pause for any time. */
  private silence: Silence | undefined = undefined;

  /** `demandedTokens`: the filter whose tokens are not demanded by Envoy but here. */
  constructor(stream: ServerStream, engine: Engine, demandedTokens?: string) {
    this.stream = stream;
    this.engine = engine;
    this.demandedTokens = demandedTokens;
  }

  message(bytes: Buffer): void {
    if (this.isWaiting()) {
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

  decided(decision: Verdict): void {
    this.advance(decision);
    this.catchUp();
  }

  overdue(): void {
    const { run } = this;
    if (run === undefined) return;
    this.engine.log.warn({ requestId: run.exchange.requestId }, 'a stage did not decide in time');
    run.exchange.reject('gateway_overloaded');
    this.answerImmediately(run.exchange, 'timedOut');
  }

  failed(error: unknown): void {
    const { run, engine } = this;
    const exchange = run?.exchange;
    run?.stopWaiting();
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

  /** The provider has sent nothing for longer than its route allows. */
  private fellSilent(): void {
    const { run } = this;
    if (run === undefined) return;
    if (run.isSuspended) {
      // Not the provider: a stage asks somebody, and what comes meanwhile waits.
      this.silence?.break();
      return;
    }
    try {
      this.endSilent(run.exchange);
    } catch (error) {
      this.failed(error);
    }
  }

  private endSilent(exchange: Exchange): void {
    const reason = { code: 'provider_silent', params: {} } as const;
    if (exchange.bodyReader?.end?.(exchange, reason) === verdict.answered) {
      this.answerImmediately(exchange, 'timedOut');
      return;
    }
    exchange.rejection = reason;
    this.finish('timedOut');
    this.stream.fail(grpcStatus.deadlineExceeded, 'the provider fell silent');
  }

  private receive(message: Incoming, bytes: Buffer): void {
    const { run } = this;
    if (this.expecting === expecting.leftovers) return;
    if (message.kind === kind.responseTrailers && run !== undefined && this.expecting === expecting.responseBody) {
      this.isEndOfStream = true;
      this.advance(run.responseBody(noBytes, true, bytes));
    } else if (message.kind === kind.requestTrailers || message.kind === kind.responseTrailers) {
      // Not asked for, and nothing of ours is in them.
      this.stream.write(continueFrame(message.kind));
    } else if (message.kind === kind.requestHeaders && this.expecting === expecting.requestHeaders) {
      this.begin(message, bytes);
    } else if (message.kind === kind.requestBody && run !== undefined && this.expecting === expecting.requestBody) {
      // The whole body in one message, since the filter buffers. Not even `end_of_stream` matters: where the caller
      // sends trailers, it is not set although nothing of the body follows.
      run.exchange.body = message.body;
      this.advance(run.request());
    } else if (message.kind === kind.responseHeaders && run !== undefined && this.isRequestHere()) {
      this.advance(run.headers(phase.responseHeaders, message, bytes));
    } else if (message.kind === kind.responseBody && run !== undefined && this.expecting === expecting.responseBody) {
      // A body that comes whole is whole, whatever trailers follow.
      this.isEndOfStream ||= run.exchange.responseBodyMode === bodySendMode.buffered;
      this.silence?.break();
      this.advance(run.responseBody(message.body, this.isEndOfStream, bytes));
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
    const run = new PhaseRun(engine, program, this, message);
    this.run = run;
    engine.metrics.exchangeStarted();
    run.exchange.demandedTokens = this.demandedTokens;
    readRequestHeaders(run.exchange, message, engine.callerDialect);
    this.advance(run.headers(phase.requestHeaders, message, bytes));
  }

  /** A phase has come to a decision: on with the next one, or answer. */
  private advance(decision: Verdict): void {
    const { run } = this;
    if (decision === verdict.pending || run === undefined) return;
    const { exchange } = run;
    if (decision === verdict.answered) {
      this.answerImmediately(exchange);
      return;
    }
    switch (run.phase) {
      case phase.requestHeaders:
        if (this.isEndOfStream) {
          // No body message will come: all of the request is here.
          this.advance(run.request());
          return;
        }
        this.expecting = expecting.requestBody;
        break;
      case phase.request:
        exchange.leftAt = this.engine.monotonic();
        this.expecting = expecting.responseHeaders;
        break;
      case phase.responseHeaders:
        this.engine.metrics.responseStarted(exchange, this.engine.monotonic());
        if (!this.isEndOfStream) this.listenForSilence(exchange);
        if (exchange.responseBodyMode === bodySendMode.none || this.isEndOfStream) {
          this.complete(run);
          return;
        }
        this.expecting = expecting.responseBody;
        exchange.answer.setResponseBodyMode(exchange.responseBodyMode);
        break;
      default:
        if (this.isEndOfStream) {
          this.complete(run);
          return;
        }
    }
    this.write(run);
  }

  /** A body that nobody reads comes by all the same. One that Envoy collects says nothing until it is complete. */
  private listenForSilence(exchange: Exchange): void {
    const mostMs = exchange.route?.idleTimeoutMs ?? 0;
    if (mostMs === 0 || exchange.responseBodyMode === bodySendMode.buffered) return;
    if (exchange.responseBodyMode === bodySendMode.none) exchange.responseBodyMode = bodySendMode.streamed;
    this.silence = new Silence(mostMs, () => this.fellSilent());
  }

  private write({ exchange, phase: current, chunk }: PhaseRun): void {
    if (current !== phase.responseBody) {
      this.stream.write(exchange.answer.encode(this.kind));
      return;
    }
    const isTrailers = this.kind === kind.responseTrailers;
    writePiece(this.stream, exchange, { bytes: chunk, isLast: this.isEndOfStream, isTrailers });
  }

  /** The last message that concerns us: what follows flows past the processor. */
  private complete(run: PhaseRun): void {
    this.expecting = expecting.nothing;
    this.write(run);
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
    const answer = exchange.immediate ?? renderRejection(rejection ?? { code: 'internal', params: {} }, exchange);
    exchange.status = answer.status;
    // Of what has left, Envoy knows it already.
    this.stream.write(encodeImmediate(answer, exchange.hasLeft ? undefined : logOfAnswered(exchange)));
    this.finish(how);
  }

  /** Messages that came while a stage was waiting, in their order. */
  private catchUp(): void {
    const { waiting } = this;
    while (waiting !== undefined && waiting.length > 0 && !this.isWaiting()) this.message(waiting.shift() as Buffer);
    if (!this.isWaiting()) this.stream.resume();
  }

  private isWaiting(): boolean {
    return this.run?.isSuspended === true;
  }

  private finish(how: Ending): void {
    const { run, engine } = this;
    this.waiting = undefined;
    this.expecting = expecting.nothing;
    this.silence?.end();
    this.silence = undefined;
    if (run === undefined) return;
    run.stopWaiting();
    const { exchange } = run;
    if (engine.pipeline.end(exchange, how)) engine.metrics.exchangeEnded(exchange, how);
    engine.registry.remove(exchange);
    exchange.releaseRequest();
    // A stream of events may go on for minutes after the processor is done with it.
    this.run = undefined;
  }

  private unreadable(error: unknown): void {
    this.engine.metrics.decodeError();
    this.engine.log.error({ reason: reasonOf(error) }, 'message from Envoy cannot be read');
    this.finish('reset');
    this.stream.fail(grpcStatus.internal, 'message cannot be read');
  }
}

function reasonOf(error: unknown): string {
  return error instanceof WireError ? error.message : 'unknown';
}
