import { type Rewritten, SseRewriter } from '../../../llm/stream/rewriter.ts';
import type { BodyReader } from '../../between-stages/body-reader.ts';
import type { ResponseListener } from '../../between-stages/response-listener.ts';
import type { ResponseTexts, WindowedText } from '../../between-stages/response-texts.ts';
import type { Exchange } from '../../exchange.ts';
import type { Rejection } from '../../rejection.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import { endStream } from './end-of-stream.ts';

const unreadable: Rejection = { code: 'response_unreadable', params: {} };

/**
 * Lets a stream pass window by window, while somebody is asked about each. Every piece is read twice: once to hand its
 * texts over, and, when what is due has been judged, once more to put in their place what may be read by then.
 */
export class WindowedStreamReader implements BodyReader {
  private readonly api: string;
  private readonly texts: ResponseTexts;
  private readonly listener: ResponseListener | undefined;
  private readonly opened: WindowedText[] = [];
  private readonly collector: SseRewriter;
  private readonly releaser: SseRewriter;
  private released = 0;

  constructor(api: string, texts: ResponseTexts, listener: ResponseListener | undefined, isUsageHidden: boolean) {
    this.api = api;
    this.texts = texts;
    this.listener = listener;
    this.collector = new SseRewriter({
      api,
      openChannel: (role: string, field?: string) => this.collect(texts.openWindowed(role, field)),
      ...(listener !== undefined && { onEvent: (value: object) => listener.value(value) }),
    });
    // Channels open in the same order as the first time, since the same bytes are read.
    this.releaser = new SseRewriter({ api, isUsageHidden, openChannel: () => this.release(this.released++) });
  }

  piece(exchange: Exchange, bytes: Buffer, isLast: boolean): Verdict {
    this.listener?.bytes(bytes);
    if (this.collector.push(bytes).stop !== undefined) return this.endBehind(exchange, nothing, unreadable);
    if (isLast && this.collector.end().stop !== undefined) return this.endBehind(exchange, nothing, unreadable);
    const reason = this.listener?.stop();
    if (reason !== undefined) return this.endBehind(exchange, nothing, reason);
    if (this.texts.rejection !== undefined) return this.endBehind(exchange, nothing, this.texts.rejection);
    const ticket = exchange.suspend();
    let own = bytes;
    let isWaiting = false;
    const decide = (isReadable: boolean): void => {
      if (isReadable && this.judge(decide)) {
        isWaiting = true;
        return;
      }
      const isOver = !isReadable || this.texts.rejection !== undefined;
      exchange.resume(
        ticket,
        isOver
          ? this.endBehind(exchange, nothing, this.texts.rejection ?? unreadable)
          : this.write(exchange, own, isLast),
      );
    };
    decide(true);
    // The bytes are those of the message at hand, and gone when the next one comes.
    if (isWaiting) own = Buffer.from(bytes);
    return verdict.pending;
  }

  end(exchange: Exchange, reason: Rejection): Verdict {
    return this.endBehind(exchange, nothing, reason);
  }

  /** Asks about the first text of which something is due; the others follow. */
  private judge(decide: (isReadable: boolean) => void): boolean {
    return this.opened.some((text) => text.judge(decide));
  }

  private write(exchange: Exchange, bytes: Buffer, isLast: boolean): Verdict {
    const parts: Rewritten[] = [this.releaser.push(bytes)];
    if (isLast) parts.push(this.releaser.end());
    const out = Buffer.concat(parts.map((part) => part.bytes));
    if (parts.some(({ stop }) => stop !== undefined)) return this.endBehind(exchange, out, unreadable);
    if (out.length === 0) exchange.answer.clearBody = true;
    else exchange.answer.body = out;
    return verdict.proceed;
  }

  private collect(text: WindowedText) {
    this.opened.push(text);
    return {
      push(piece: string): string {
        text.push(piece);
        return '';
      },
      end(): string {
        text.end();
        return '';
      },
    };
  }

  private release(index: number) {
    const take = (): string => this.opened[index]?.take() ?? '';
    return { push: take, end: take };
  }

  private endBehind(exchange: Exchange, before: Buffer, rejection: Rejection): Verdict {
    return endStream(exchange, this.api, before, rejection, this.releaser.place);
  }
}

const nothing = Buffer.alloc(0);
