import { Answer } from './answer.ts';
import type { AttemptWatch } from './attempt-watch.ts';
import { encodeStreamedBody } from './streamed-body.ts';
import type { ServerStream } from './transport/stream.ts';
import type { Incoming } from './wire/incoming.ts';
import { kind } from './wire/kind.ts';
import { type BodySendMode, bodySendMode, responseBodyOverride } from './wire/mode.ts';
import { continueFrame } from './wire/outgoing.ts';

/**
 * Status in place of the 200 of a failed attempt. The router retries on it where the policy retries server errors, and a
 * caller who gets it, when the chain is at its end, reads it as what it is.
 */
const failedStatus = '502';

/** What is held back at most. A stream that says nothing within it is not an error message. */
const mostHeldBytes = 256 * 1024;

const none = Buffer.alloc(0);

/** The response of a watched attempt, on the stream of the upstream filter. */
export class WatchedResponse {
  private readonly stream: ServerStream;
  private readonly watch: AttemptWatch;
  private isConcerned = false;
  private isHolding = false;
  private held: Buffer = none;

  constructor(stream: ServerStream, watch: AttemptWatch) {
    this.stream = stream;
    this.watch = watch;
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
        this.release('pass', false);
        this.stream.write(continueFrame(kind.responseTrailers));
        return true;
      default:
        return false;
    }
  }

  private headers(message: Incoming): void {
    this.isConcerned =
      this.watch.concerns(Number(message.header(':status')), message.header('content-type')) && isPlain(message);
    this.isHolding = this.isConcerned && this.watch.of === 'start' && !message.endOfStream;
    if (this.isHolding) return;
    const answer = new Answer();
    // What is not judged need not come by; the mode of a stream cannot be taken back.
    if (!this.isConcerned && this.watch.of === 'whole') answer.modeOverride = responseBodyOverride.none;
    this.stream.write(answer.encode(kind.responseHeaders));
  }

  private whole(body: Buffer): void {
    const answer = new Answer();
    if (this.isConcerned && this.watch.judge(body) === 'fail') answer.set(':status', failedStatus);
    this.stream.write(answer.encode(kind.responseBody));
  }

  private piece(bytes: Buffer, isLast: boolean): void {
    if (!this.isHolding) {
      this.stream.write(encodeStreamedBody(bytes, isLast));
      return;
    }
    this.held = Buffer.concat([this.held, bytes]);
    const judgement = this.watch.judge(this.held);
    if (judgement !== 'wait' || isLast || this.held.length > mostHeldBytes) this.release(judgement, isLast);
  }

  /** The held headers, with what was decided about them, and the bytes that came since. */
  private release(judgement: 'wait' | 'pass' | 'fail', isLast: boolean): void {
    if (!this.isHolding) return;
    this.isHolding = false;
    const answer = new Answer();
    if (judgement === 'fail') answer.set(':status', failedStatus);
    this.stream.write(answer.encode(kind.responseHeaders));
    if (this.held.length > 0 || isLast) this.stream.write(encodeStreamedBody(this.held, isLast));
    this.held = none;
  }
}

/** Watched requests ask for no encoding. A provider that encodes all the same cannot be judged. */
function isPlain(message: Incoming): boolean {
  const encoding = message.header('content-encoding');
  return encoding === undefined || encoding === '' || encoding.toLowerCase() === 'identity';
}
