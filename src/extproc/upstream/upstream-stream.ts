import { exchangeField, metadataNamespaces } from '../../contract.ts';
import { Answer } from '../answer.ts';
import type { Engine } from '../engine.ts';
import type { Exchange } from '../exchange.ts';
import { parseExchangeId } from '../registry.ts';
import { renderRejection } from '../rejection.ts';
import { failedAnswers, trailOf } from '../trail/exchange-trail.ts';
import { grpcStatus } from '../transport/status.ts';
import type { ServerStream, StreamHandler } from '../transport/stream.ts';
import { verdict } from '../verdict.ts';
import type { OnJudged } from '../watched/attempt-watch.ts';
import { WatchedBody } from '../watched/watched-body.ts';
import type { WatchedResponse } from '../watched/watched-response.ts';
import { WatchedStart } from '../watched/watched-start.ts';
import { decodeRequest, Incoming } from '../wire/incoming.ts';
import { kind } from '../wire/kind.ts';
import { bodySendMode } from '../wire/mode.ts';
import { encodeImmediate } from '../wire/outgoing.ts';

/** Carries a stream on to a sibling process. Undefined: there is no such process, or it has been carried on once. */
export type RelayTo = (process: number, stream: ServerStream, first: Buffer) => StreamHandler | undefined;

const attemptHeader = 'x-envoy-attempt-count';

/** One stream at a time reads and answers within one call. */
const incoming = new Incoming();
const answer = new Answer();

/**
 * The stream of an upstream filter: attempt 2 or later is about to leave for another provider, or any attempt whose
 * response is watched. The role says which of the two filters it is that watches. Whatever is unclear
 * fails the stream, and with it the request: a guess could send one caller's prompt, or one provider's credential, to
 * the wrong place.
 */
export class UpstreamStream implements StreamHandler {
  private readonly role: 'upstream' | 'watch';
  private readonly stream: ServerStream;
  private readonly engine: Engine;
  private readonly relayTo: RelayTo;
  private relayed: StreamHandler | undefined = undefined;
  private hasAnswered = false;
  private watched: WatchedResponse | undefined = undefined;

  constructor(stream: ServerStream, engine: Engine, relayTo: RelayTo, role: 'upstream' | 'watch' = 'upstream') {
    this.role = role;
    this.stream = stream;
    this.engine = engine;
    this.relayTo = relayTo;
  }

  message(bytes: Buffer): void {
    if (this.relayed !== undefined) {
      this.relayed.message(bytes);
      return;
    }
    try {
      decodeRequest(bytes, incoming);
      this.engine.metrics.message(incoming.kind);
      this.receive(bytes);
    } catch (error) {
      answer.encode(kind.requestHeaders);
      this.engine.metrics.internalError();
      this.engine.log.error(
        { error: error instanceof Error ? error : undefined },
        'a later attempt cannot be prepared',
      );
      this.stream.fail(grpcStatus.internal, 'internal error');
    }
  }

  end(): void {
    this.watched?.closed();
    if (this.relayed !== undefined) this.relayed.end();
    else this.stream.end();
  }

  reset(): void {
    this.watched?.closed();
    this.relayed?.reset();
  }

  private receive(bytes: Buffer): void {
    if (this.watched?.receive(incoming) === true) return;
    if (incoming.kind !== kind.requestHeaders || this.hasAnswered) {
      this.engine.metrics.unexpectedMessage();
      this.stream.fail(grpcStatus.invalidArgument, 'unexpected message');
      return;
    }
    const id = parseExchangeId(String(incoming.metadata(metadataNamespaces.route, exchangeField) ?? ''));
    if (id === undefined) {
      this.unknown('the request has no exchange');
      return;
    }
    if (id.process !== this.engine.registry.process) {
      this.relayed = this.relayTo(id.process, this.stream, bytes);
      if (this.relayed === undefined) this.unknown('the exchange belongs to an unknown process');
      else this.engine.metrics.laterAttempt('relayed');
      return;
    }
    const exchange = this.engine.registry.find(id.number);
    if (exchange === undefined) {
      this.unknown('the exchange is over');
      return;
    }
    this.prepare(exchange, Number(incoming.header(attemptHeader)));
  }

  private prepare(exchange: Exchange, attempt: number): void {
    // Attempt 1 was prepared by the router-level stream. It comes by here only to be watched.
    const first = exchange.isWatched ? 1 : 2;
    if (!Number.isInteger(attempt) || attempt < first || attempt > exchange.targets.length) {
      this.unknown('the attempt is not part of the chain');
      return;
    }
    this.hasAnswered = true;
    const { pipeline, metrics, monotonic } = this.engine;
    const isPrepared = attempt === 1 || this.role === 'watch';
    const trail = trailOf(exchange);
    if (!isPrepared) trail.leaves(attempt, failedAnswers(exchange, incoming), monotonic());
    const decision = isPrepared ? verdict.proceed : pipeline.laterAttempt(exchange, attempt, answer, incoming);
    if (decision === verdict.proceed) {
      if (!isPrepared) metrics.laterAttempt('prepared');
      if (exchange.isWatched) this.startWatching(exchange, attempt);
      this.stream.write(answer.encode(kind.requestHeaders));
      return;
    }
    // What was collected belongs to an attempt that does not leave.
    answer.encode(kind.requestHeaders);
    metrics.laterAttempt('refused');
    const rejection = exchange.rejection ?? { code: 'internal', params: {} };
    this.stream.write(encodeImmediate(renderRejection(rejection, exchange)));
  }

  private startWatching(exchange: Exchange, attempt: number): void {
    const { pipeline, metrics, log } = this.engine;
    const watch = pipeline.watch(exchange, attempt);
    if (watch === undefined || (watch.of === 'stream') !== (this.role === 'watch')) return;
    const onJudged: OnJudged = (outcome, failure) => {
      metrics.watchedResponse(outcome);
      if (failure === undefined) return;
      trailOf(exchange).hides(attempt, failure);
      const provider = exchange.targets[attempt - 1]?.provider.name;
      log.info({ requestId: exchange.requestId, provider, attempt, reason: failure.reason }, 'failure behind a 200');
    };
    if (this.role === 'watch') {
      this.watched = new WatchedStart(this.stream, watch, onJudged);
      return;
    }
    this.watched = new WatchedBody(this.stream, watch, onJudged);
    answer.setResponseBodyMode(bodySendMode.buffered);
  }

  private unknown(reason: string): void {
    this.engine.metrics.laterAttempt('unknown');
    this.engine.log.warn({ reason }, 'a later attempt cannot be prepared');
    this.stream.fail(grpcStatus.notFound, reason);
  }
}
