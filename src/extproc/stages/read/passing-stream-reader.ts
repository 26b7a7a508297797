import { SseRewriter } from '../../../llm/stream/rewriter.ts';
import type { BodyReader } from '../../between-stages/body-reader.ts';
import type { ResponseListener } from '../../between-stages/response-listener.ts';
import type { ResponseTexts } from '../../between-stages/response-texts.ts';
import type { Exchange } from '../../exchange.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import { ObservedStreamReader } from './observed-stream-reader.ts';

/** Has the texts of a stream judged while it passes as it is: nothing may be changed, so nothing waits or has to be read. */
export class PassingStreamReader implements BodyReader {
  private readonly rewriter: SseRewriter;
  private readonly observed: ObservedStreamReader | undefined;
  private isReadable = true;

  constructor(api: string, texts: ResponseTexts, listener: ResponseListener | undefined) {
    this.rewriter = new SseRewriter({ api, openChannel: (role: string, field?: string) => texts.open(role, field) });
    this.observed = listener && new ObservedStreamReader(listener);
  }

  piece(exchange: Exchange, bytes: Buffer, isLast: boolean): Verdict {
    this.observed?.piece(exchange, bytes, isLast);
    if (this.isReadable) this.isReadable = this.rewriter.push(bytes).stop === undefined;
    if (isLast && this.isReadable) this.rewriter.end();
    return verdict.proceed;
  }
}
