import { parseBody } from '../../../llm/json/parse.ts';
import type { BodyReader } from '../../between-stages/body-reader.ts';
import type { ResponseListener } from '../../between-stages/response-listener.ts';
import type { ResponseTexts } from '../../between-stages/response-texts.ts';
import type { Exchange } from '../../exchange.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import { JsonReader } from './json-reader.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Lines that are JSON, alone or as events: escapes, and cuts between two of them, would hide what they say. */
const linesOfJson = /^(?:data:)?[ \t]*\{[ \t]*".*\}[ \t]*\r?$/m;

/** A body of a type that no API speaks: one text, whatever it is, unless it is what its type does not say. */
export class TextReader implements BodyReader {
  private readonly api: string;
  private readonly texts: ResponseTexts;
  private readonly listener: ResponseListener | undefined;

  constructor(api: string, texts: ResponseTexts, listener: ResponseListener | undefined) {
    this.api = api;
    this.texts = texts;
    this.listener = listener;
  }

  piece(exchange: Exchange, bytes: Buffer, isLast: boolean): Verdict {
    if (parseBody(bytes).ok) {
      return new JsonReader(this.api, this.texts, this.listener, undefined).piece(exchange, bytes, isLast);
    }
    this.listener?.bytes(bytes);
    const text = textOf(bytes);
    if (text === undefined || (this.texts.isEnforcing && linesOfJson.test(text))) {
      return this.texts.isEnforcing ? exchange.reject('response_unreadable') : verdict.proceed;
    }
    const ticket = exchange.suspend();
    this.texts.judge([{ text, role: 'assistant', field: undefined }], (readable) => {
      const [after] = readable ?? [];
      if (after === undefined) {
        exchange.rejection = this.texts.rejection;
        exchange.resume(ticket, verdict.answered);
        return;
      }
      if (after !== text) {
        exchange.answer.body = Buffer.from(after);
        exchange.answer.set('content-length', String(exchange.answer.body.length));
      }
      exchange.resume(ticket, verdict.proceed);
    });
    return verdict.pending;
  }
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
