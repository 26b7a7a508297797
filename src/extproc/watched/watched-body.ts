import { Answer } from '../answer.ts';
import type { ServerStream } from '../transport/stream.ts';
import type { Incoming } from '../wire/incoming.ts';
import { kind } from '../wire/kind.ts';
import { responseBodyOverride } from '../wire/mode.ts';
import type { AttemptWatch, OnJudged, ResponseJudge } from './attempt-watch.ts';
import { apply, judgeOf, OneVerdict, type WatchedResponse } from './watched-response.ts';

const empty = Buffer.alloc(0);

/** A body that Envoy collects. One that breaks off meanwhile it retries by itself. */
export class WatchedBody implements WatchedResponse {
  private readonly stream: ServerStream;
  private readonly watch: AttemptWatch;
  private readonly verdict: OneVerdict;
  private judge: ResponseJudge | undefined = undefined;

  constructor(stream: ServerStream, watch: AttemptWatch, onJudged: OnJudged) {
    this.stream = stream;
    this.watch = watch;
    this.verdict = new OneVerdict(onJudged);
  }

  receive(message: Incoming): boolean {
    if (message.kind === kind.responseHeaders) this.headers(message);
    else if (message.kind === kind.responseBody) this.body(message.body);
    else return false;
    return true;
  }

  closed(): void {
    this.verdict.tell('left');
  }

  private headers(message: Incoming): void {
    const answer = new Answer();
    this.judge = judgeOf(this.watch, message);
    if (this.judge === undefined) {
      this.verdict.tell('unjudged');
      // What is not judged need not come by.
      answer.modeOverride = responseBodyOverride.none;
    } else if (message.endOfStream) {
      apply(this.judge.end(empty), answer, this.verdict);
    }
    this.stream.write(answer.encode(kind.responseHeaders));
  }

  private body(body: Buffer): void {
    const answer = new Answer();
    apply(this.judge?.end(body) ?? 'pass', answer, this.verdict);
    this.stream.write(answer.encode(kind.responseBody));
  }
}
