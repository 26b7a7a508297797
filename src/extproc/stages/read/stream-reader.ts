import { StreamObserver } from '../../../llm/stream/observer.ts';
import { SseRewriter, type Stop } from '../../../llm/stream/rewriter.ts';
import type { BodyReader } from '../../between-stages/body-reader.ts';
import type { ResponseListener } from '../../between-stages/response-listener.ts';
import type { ResponseTexts } from '../../between-stages/response-texts.ts';
import type { Exchange } from '../../exchange.ts';
import type { Rejection } from '../../rejection.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import { endStream } from './end-of-stream.ts';

const nothing = Buffer.alloc(0);
const unreadable: Rejection = { code: 'response_unreadable', params: {} };

/** Reads a stream of events and passes on what may go out of it. */
export class StreamReader implements BodyReader {
  private readonly api: string;
  private readonly texts: ResponseTexts | undefined;
  private readonly listener: ResponseListener | undefined;
  private readonly rewriter: SseRewriter;
  /** Until the first token has come. */
  private first: StreamObserver | undefined = undefined;

  constructor(
    api: string,
    texts: ResponseTexts | undefined,
    listener: ResponseListener | undefined,
    isUsageHidden: boolean,
  ) {
    this.api = api;
    this.texts = texts;
    this.listener = listener;
    this.rewriter = new SseRewriter({
      api,
      isUsageHidden,
      ...(texts !== undefined && { openChannel: (role: string, field?: string) => texts.open(role, field) }),
      ...(listener !== undefined && { onEvent: (value: object) => listener.value(value) }),
    });
    if (listener?.firstToken !== undefined) this.first = this.awaiting(listener);
  }

  piece(exchange: Exchange, bytes: Buffer, isLast: boolean): Verdict {
    this.listener?.bytes(bytes);
    this.first?.push(bytes);
    const { answer } = exchange;
    const { bytes: out, stop } = this.rewriter.push(bytes);
    if (stop !== undefined) return this.endBehind(exchange, out, this.rejectionOf(stop));
    const reason = this.listener?.stop();
    if (reason !== undefined) return this.endBehind(exchange, out, reason);
    if (!isLast) {
      if (out !== bytes) write(exchange, out);
      return verdict.proceed;
    }
    const rest = this.rewriter.end();
    const all = rest.bytes.length === 0 ? out : Buffer.concat([out, rest.bytes]);
    if (rest.stop !== undefined) return this.endBehind(exchange, all, this.rejectionOf(rest.stop));
    if (all !== bytes) answer.body = all;
    return verdict.proceed;
  }

  end(exchange: Exchange, reason: Rejection): Verdict {
    return this.endBehind(exchange, nothing, reason);
  }

  private awaiting(listener: ResponseListener): StreamObserver {
    return new StreamObserver({
      onEvent() {},
      onFirstToken: () => {
        this.first = undefined;
        listener.firstToken?.();
      },
    });
  }

  private rejectionOf(stop: Stop): Rejection {
    return stop.kind === 'blocked' ? (this.texts?.rejection ?? unreadable) : unreadable;
  }

  private endBehind(exchange: Exchange, before: Buffer, rejection: Rejection): Verdict {
    return endStream(exchange, this.api, before, rejection, this.rewriter.place);
  }
}

function write({ answer }: Exchange, out: Buffer): void {
  if (out.length === 0) answer.clearBody = true;
  else answer.body = out;
}
