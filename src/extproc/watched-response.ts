import { GrowingBytes } from '../lib/growing-bytes.ts';
import { Answer } from './answer.ts';
import {
  type AttemptWatch,
  type HiddenFailure,
  hiddenFailureStatus,
  type Judgement,
  type ResponseJudge,
  type WatchOutcome,
} from './attempt-watch.ts';
import { grpcStatus } from './transport/status.ts';
import type { ServerStream } from './transport/stream.ts';
import type { Incoming } from './wire/incoming.ts';
import { kind } from './wire/kind.ts';
import { type BodySendMode, bodySendMode, responseBodyOverride } from './wire/mode.ts';
import { continueFrame, encodeStreamedBody } from './wire/outgoing.ts';

/** What is held back at most. What says nothing within it is not an error message, and passes. */
const mostHeldBytes = 1024 * 1024;

/**
 * The longest stream. Envoy 1.40.0 dies when an upstream filter streams more than the listener's buffer takes from a
 * slow client (64 MiB where responses are watched). No stream of tokens is nearly as long.
 */
const mostStreamedBytes = 48 * 1024 * 1024;

const empty = Buffer.alloc(0);

/** Told once how it went, and before that of the failure if it is one. */
export type OnJudged = (outcome: WatchOutcome, failure: HiddenFailure | undefined) => void;

/** The response of a watched attempt, on the stream of the upstream filter. */
export class WatchedResponse {
  private readonly stream: ServerStream;
  private readonly watch: AttemptWatch;
  private readonly onJudged: OnJudged;
  private judge: ResponseJudge | undefined;
  private isHolding = false;
  private isJudged = false;
  /** We have ended the body: what still comes is nobody's. */
  private isOver = false;
  private streamedBytes = 0;
  private readonly held = new GrowingBytes();

  constructor(stream: ServerStream, watch: AttemptWatch, onJudged: OnJudged) {
    this.stream = stream;
    this.watch = watch;
    this.onJudged = onJudged;
  }

  /** For the answer to the request headers: how the response is to come. */
  get mode(): BodySendMode {
    return this.watch.of === 'whole' ? bodySendMode.buffered : bodySendMode.fullDuplexStreamed;
  }

  /** False: the message does not belong here. */
  receive(message: Incoming): boolean {
    switch (message.kind) {
      case kind.responseHeaders:
        this.headers(message);
        return true;
      case kind.responseBody:
        if (this.watch.of === 'whole') this.whole(message.body);
        else this.piece(message.body, message.endOfStream);
        return true;
      case kind.responseTrailers:
        if (this.isHolding) this.release(this.finalJudgement(), false);
        if (!this.isOver) this.stream.write(continueFrame(kind.responseTrailers));
        return true;
      default:
        return false;
    }
  }

  /** Nothing more comes. */
  closed(): void {
    this.isHolding = false;
    this.held.take();
    this.judged('left');
  }

  private headers(message: Incoming): void {
    this.judge = isPlain(message)
      ? this.watch.judge(Number(message.header(':status')), message.header('content-type'))
      : undefined;
    if (this.judge === undefined) this.judged('unjudged');
    const answer = new Answer();
    if (message.endOfStream) {
      this.apply(this.judge?.end(empty) ?? 'pass', answer);
    } else if (this.judge === undefined) {
      // What is not judged need not come by; the mode of a stream cannot be taken back.
      if (this.watch.of === 'whole') answer.modeOverride = responseBodyOverride.none;
    } else if (this.watch.of === 'start') {
      this.isHolding = true;
      return;
    }
    this.stream.write(answer.encode(kind.responseHeaders));
  }

  private whole(body: Buffer): void {
    const answer = new Answer();
    this.apply(this.judge?.end(body) ?? 'pass', answer);
    this.stream.write(answer.encode(kind.responseBody));
  }

  private piece(bytes: Buffer, isLast: boolean): void {
    if (this.isOver) return;
    this.streamedBytes += bytes.length;
    if (this.streamedBytes > mostStreamedBytes) {
      this.isOver = true;
      this.judged('too_long');
      this.held.take();
      this.stream.fail(grpcStatus.resourceExhausted, 'the response is longer than a watched one may be');
      return;
    }
    if (!this.isHolding) {
      this.stream.write(encodeStreamedBody(bytes, isLast));
      return;
    }
    this.held.append(bytes);
    let judgement: Judgement = this.judge?.piece(bytes) ?? 'pass';
    if (judgement === 'wait' && isLast) judgement = this.finalJudgement();
    if (judgement === 'wait' && this.held.length > mostHeldBytes) {
      this.judged('unjudged');
      judgement = 'pass';
    }
    if (judgement !== 'wait') this.release(judgement, isLast);
  }

  private finalJudgement(): Exclude<Judgement, 'wait'> {
    return this.judge?.end(this.held.view()) ?? 'pass';
  }

  /** The held headers, with what was decided about them, and the bytes that came since. */
  private release(judgement: Exclude<Judgement, 'wait'>, isLast: boolean): void {
    this.isHolding = false;
    const answer = new Answer();
    const held = this.held.take();
    const failure = this.apply(judgement, answer);
    if (failure?.errorBody !== undefined) {
      // To callers who see a status of failure, a stream of events would be unreadable.
      answer.set('content-type', 'application/json');
      answer.remove('content-length');
    }
    this.stream.write(answer.encode(kind.responseHeaders));
    if (failure === undefined) {
      if (held.length > 0 || isLast) this.stream.write(encodeStreamedBody(held, isLast));
      return;
    }
    this.isOver = true;
    this.stream.write(encodeStreamedBody(failure.errorBody ?? held, true));
  }

  private apply(judgement: Exclude<Judgement, 'wait'>, answer: Answer): HiddenFailure | undefined {
    if (judgement === 'pass') {
      this.judged('passed');
      return undefined;
    }
    this.judged(judgement.reason, judgement);
    answer.set(':status', String(hiddenFailureStatus));
    return judgement;
  }

  /** The first call counts. */
  private judged(outcome: WatchOutcome, failure?: HiddenFailure): void {
    if (this.isJudged) return;
    this.isJudged = true;
    this.onJudged(outcome, failure);
  }
}

/** Watched requests ask for no encoding. A provider that encodes all the same cannot be judged. */
function isPlain(message: Incoming): boolean {
  const encoding = message.header('content-encoding');
  return encoding === undefined || encoding === '' || encoding.toLowerCase() === 'identity';
}
