import { GrowingBytes } from '../../lib/growing-bytes.ts';
import { Answer } from '../answer.ts';
import type { ServerStream } from '../transport/stream.ts';
import type { Incoming } from '../wire/incoming.ts';
import { kind } from '../wire/kind.ts';
import type { AttemptWatch, FinalJudgement, OnJudged, ResponseJudge } from './attempt-watch.ts';
import { apply, judgeOf, OneVerdict, type WatchedResponse } from './watched-response.ts';

/** What is held back at most. What says nothing within it is not an error message, and passes. */
const mostHeldBytes = 1024 * 1024;

/**
 * A stream whose headers are held until its start is judged. Then our stream ends, which Envoy takes for "carry on
 * unprocessed": the pieces, which stayed with Envoy, leave in one go, and the rest flows past us. Answering them one by
 * one would kill Envoy 1.40.0 where the provider has finished meanwhile and a buffer towards the client is full.
 */
export class WatchedStart implements WatchedResponse {
  private readonly stream: ServerStream;
  private readonly watch: AttemptWatch;
  private readonly verdict: OneVerdict;
  private judge: ResponseJudge | undefined = undefined;
  private readonly held = new GrowingBytes();
  private isOver = false;

  constructor(stream: ServerStream, watch: AttemptWatch, onJudged: OnJudged) {
    this.stream = stream;
    this.watch = watch;
    this.verdict = new OneVerdict(onJudged);
  }

  receive(message: Incoming): boolean {
    // What was on its way when we were done.
    if (this.isOver) return true;
    switch (message.kind) {
      case kind.responseHeaders:
        this.headers(message);
        return true;
      case kind.responseBody:
        this.piece(message.body, message.endOfStream);
        return true;
      case kind.responseTrailers:
        this.release(this.finalJudgement());
        return true;
      default:
        return false;
    }
  }

  closed(): void {
    this.isOver = true;
    this.held.take();
    this.verdict.tell('left');
  }

  private headers(message: Incoming): void {
    this.judge = judgeOf(this.watch, message);
    if (this.judge === undefined) {
      this.verdict.tell('unjudged');
      this.release('pass');
    } else if (message.endOfStream) {
      this.release(this.finalJudgement());
    }
  }

  private piece(bytes: Buffer, isLast: boolean): void {
    this.held.append(bytes);
    const judgement = this.judge?.piece(bytes) ?? 'pass';
    if (judgement !== 'wait') {
      this.release(judgement);
    } else if (isLast) {
      this.release(this.finalJudgement());
    } else if (this.held.length > mostHeldBytes) {
      this.verdict.tell('unjudged');
      this.release('pass');
    }
  }

  private finalJudgement(): FinalJudgement {
    return this.judge?.end(this.held.view()) ?? 'pass';
  }

  private release(judgement: FinalJudgement): void {
    this.isOver = true;
    this.held.take();
    const answer = new Answer();
    apply(judgement, answer, this.verdict);
    this.stream.write(answer.encode(kind.responseHeaders));
    this.stream.end();
  }
}
