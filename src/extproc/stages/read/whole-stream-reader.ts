import { GrowingBytes } from '../../../lib/growing-bytes.ts';
import { type Rewritten, SseRewriter } from '../../../llm/stream/rewriter.ts';
import { noPlace } from '../../../llm/stream/stream-place.ts';
import type { BodyReader } from '../../between-stages/body-reader.ts';
import type { ResponseListener } from '../../between-stages/response-listener.ts';
import type { ResponseText, ResponseTexts } from '../../between-stages/response-texts.ts';
import type { Exchange } from '../../exchange.ts';
import type { Rejection } from '../../rejection.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import { endStream } from './end-of-stream.ts';

/** A stream that is held as a whole cannot be of any length. */
const longestHeld = 16 * 1024 * 1024;

const unreadable: Rejection = { code: 'response_unreadable', params: {} };

/**
 * Holds a stream until its end, since some rule can only judge what is complete. Read twice: once to collect its texts,
 * and once to put what was decided in their place.
 */
export class WholeStreamReader implements BodyReader {
  private readonly api: string;
  private readonly texts: ResponseTexts;
  private readonly listener: ResponseListener | undefined;
  private readonly isUsageHidden: boolean;
  private readonly held = new GrowingBytes();
  private readonly collected: CollectedText[] = [];
  private readonly collector: SseRewriter;

  constructor(api: string, texts: ResponseTexts, listener: ResponseListener | undefined, isUsageHidden: boolean) {
    this.api = api;
    this.texts = texts;
    this.listener = listener;
    this.isUsageHidden = isUsageHidden;
    this.collector = new SseRewriter({
      api,
      openChannel: (role: string, field?: string) => {
        const text = new CollectedText(role, field);
        this.collected.push(text);
        return text;
      },
      ...(listener !== undefined && { onEvent: (value: object) => listener.value(value) }),
    });
  }

  piece(exchange: Exchange, bytes: Buffer, isLast: boolean): Verdict {
    this.listener?.bytes(bytes);
    if (this.held.length + bytes.length > longestHeld) return this.end(exchange, unreadable);
    this.held.append(bytes);
    const { stop } = this.collector.push(bytes);
    if (stop !== undefined) return this.end(exchange, unreadable);
    const reason = this.listener?.stop();
    if (reason !== undefined) return this.end(exchange, reason);
    if (!isLast) {
      exchange.answer.clearBody = true;
      return verdict.proceed;
    }
    return this.collector.end().stop === undefined ? this.judge(exchange) : this.end(exchange, unreadable);
  }

  private judge(exchange: Exchange): Verdict {
    const ticket = exchange.suspend();
    this.texts.judge(this.collected, (readable) => {
      exchange.resume(
        ticket,
        readable === undefined
          ? this.end(exchange, this.texts.rejection ?? unreadable)
          : this.release(exchange, readable),
      );
    });
    return verdict.pending;
  }

  /** Channels open in the same order as the first time, since the same bytes are read. */
  private release(exchange: Exchange, readable: readonly string[]): Verdict {
    let next = 0;
    const rewriter = new SseRewriter({
      api: this.api,
      isUsageHidden: this.isUsageHidden,
      openChannel: () => new DecidedText(readable[next++] ?? ''),
    });
    const pieces: readonly Rewritten[] = [rewriter.push(this.held.take()), rewriter.end()];
    if (pieces.some(({ stop }) => stop !== undefined)) return this.end(exchange, unreadable);
    exchange.answer.body = Buffer.concat(pieces.map(({ bytes }) => bytes));
    return verdict.proceed;
  }

  end(exchange: Exchange, rejection: Rejection): Verdict {
    return endStream(exchange, this.api, Buffer.alloc(0), rejection, noPlace);
  }
}

class CollectedText implements ResponseText {
  text = '';
  readonly role: string;
  readonly field: string | undefined;

  constructor(role: string, field: string | undefined) {
    this.role = role;
    this.field = field;
  }

  push(text: string): string {
    this.text += text;
    return '';
  }

  end(): string {
    return '';
  }
}

class DecidedText {
  private rest: string;

  constructor(text: string) {
    this.rest = text;
  }

  push(): string {
    const text = this.rest;
    this.rest = '';
    return text;
  }

  end(): string {
    return this.push();
  }
}
