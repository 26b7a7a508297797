import { GrowingBytes } from '../../../lib/growing-bytes.ts';
import { parseBody } from '../../../llm/json/parse.ts';
import type { TextLeaf } from '../../../llm/text/leaf.ts';
import { repetitionsIn, responseTexts as textsOf } from '../../../llm/text/response.ts';
import { rewriteTexts } from '../../../llm/text/rewrite.ts';
import type { BodyReader } from '../../between-stages/body-reader.ts';
import type { ResponseListener } from '../../between-stages/response-listener.ts';
import type { ResponseTexts } from '../../between-stages/response-texts.ts';
import type { Exchange } from '../../exchange.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import { decodeBody } from './decode.ts';

/** A body that is only listened to is kept up to here, and passes unread beyond. */
const longestKept = 32 * 1024 * 1024;

/**
 * Reads a response that is one JSON text. Whole in one piece where texts may change; otherwise the pieces pass as they
 * come, and are read when the last of them has passed.
 */
export class JsonReader implements BodyReader {
  private readonly api: string;
  private readonly texts: ResponseTexts | undefined;
  private readonly listener: ResponseListener | undefined;
  private readonly encoding: string | undefined;
  private kept: GrowingBytes | undefined = undefined;
  private isTooLong = false;

  constructor(
    api: string,
    texts: ResponseTexts | undefined,
    listener: ResponseListener | undefined,
    encoding: string | undefined,
  ) {
    this.api = api;
    this.texts = texts;
    this.listener = listener;
    this.encoding = encoding;
  }

  piece(exchange: Exchange, bytes: Buffer, isLast: boolean): Verdict {
    this.listener?.bytes(bytes);
    if (!isLast) {
      this.keep(bytes);
      return verdict.proceed;
    }
    return this.whole(exchange, this.complete(bytes));
  }

  private keep(bytes: Buffer): void {
    this.kept ??= new GrowingBytes();
    if (this.kept.length + bytes.length > longestKept) this.isTooLong = true;
    else if (!this.isTooLong) this.kept.append(bytes);
  }

  private complete(last: Buffer): Buffer | undefined {
    if (this.kept === undefined) return last;
    this.keep(last);
    return this.isTooLong ? undefined : this.kept.take();
  }

  private whole(exchange: Exchange, body: Buffer | undefined): Verdict {
    const decoded = body === undefined ? undefined : decodeBody(body, this.encoding);
    const parsed = decoded === undefined ? undefined : parseBody(decoded);
    if (decoded === undefined || parsed === undefined || !parsed.ok) {
      return this.texts === undefined ? verdict.proceed : this.unread(exchange, this.texts, decoded);
    }
    const { value } = parsed.value;
    this.listener?.value(value);
    return this.texts === undefined ? verdict.proceed : this.change(exchange, this.texts, decoded, value);
  }

  /** What cannot even be decoded cannot pass: its encoding has been taken from the headers already. */
  private unread(exchange: Exchange, texts: ResponseTexts, decoded: Buffer | undefined): Verdict {
    if (texts.isEnforcing || decoded === undefined) return exchange.reject('response_unreadable');
    if (this.encoding !== undefined) replace(exchange, decoded);
    return verdict.proceed;
  }

  private change(exchange: Exchange, texts: ResponseTexts, body: Buffer, json: object): Verdict {
    const leaves = textsOf(this.api, json);
    const ticket = exchange.suspend();
    let kept = body;
    let isDecided = false;
    // What is decided at once resumes before this returns, and nothing waits.
    texts.judge(
      leaves.map(({ text, role, field }) => ({ text, role, field })),
      (readable) => {
        isDecided = true;
        if (readable === undefined) {
          exchange.rejection = texts.rejection;
          exchange.resume(ticket, verdict.answered);
          return;
        }
        this.write(exchange, kept, json, leaves, readable);
        exchange.resume(ticket, verdict.proceed);
      },
    );
    // The bytes are those of the message at hand, and gone when the next one comes.
    if (!isDecided) kept = Buffer.from(body);
    return verdict.pending;
  }

  private write(
    exchange: Exchange,
    body: Buffer,
    json: object,
    leaves: readonly TextLeaf[],
    readable: readonly string[],
  ): void {
    const replacements = leaves.flatMap((leaf, index) => {
      const text = readable[index] ?? '';
      return text === leaf.text ? [] : [{ leaf, text }];
    });
    if (replacements.length === 0 && this.encoding === undefined) return;
    const changed = replacements.length === 0 ? body : rewriteTexts(body, replacements, repetitionsIn(json));
    replace(exchange, changed);
  }
}

function replace({ answer }: Exchange, body: Buffer): void {
  answer.body = body;
  answer.set('content-length', String(body.length));
}
