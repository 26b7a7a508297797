import { StreamObserver } from '../../../llm/stream/observer.ts';
import type { BodyReader } from '../../between-stages/body-reader.ts';
import type { ResponseListener } from '../../between-stages/response-listener.ts';
import type { Exchange } from '../../exchange.ts';
import { type Verdict, verdict } from '../../verdict.ts';

/** Looks on while a stream passes as it is. */
export class ObservedStreamReader implements BodyReader {
  private readonly listener: ResponseListener;
  private readonly observer: StreamObserver;

  constructor(listener: ResponseListener) {
    this.listener = listener;
    this.observer = new StreamObserver({
      onEvent: (value) => listener.value(value),
      onFirstToken: () => listener.firstToken?.(),
    });
  }

  piece(_: Exchange, bytes: Buffer, isLast: boolean): Verdict {
    this.listener.bytes(bytes);
    this.observer.push(bytes);
    if (isLast) this.observer.end();
    return verdict.proceed;
  }
}
