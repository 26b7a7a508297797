import type { BodyReader } from '../../body-reader.ts';
import type { Exchange } from '../../exchange.ts';
import type { ResponseTexts } from '../../response-texts.ts';
import { type Verdict, verdict } from '../../verdict.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A body of a type that no API speaks: one text, whatever it is. */
export class TextReader implements BodyReader {
  private readonly texts: ResponseTexts;

  constructor(texts: ResponseTexts) {
    this.texts = texts;
  }

  piece(exchange: Exchange, bytes: Buffer): Verdict {
    const text = textOf(bytes);
    if (text === undefined) return exchange.reject('response_unreadable');
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
