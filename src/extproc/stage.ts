import type { Answer } from './answer.ts';
import type { Ending, Exchange } from './exchange.ts';
import type { Verdict } from './verdict.ts';
import type { AttemptWatch } from './watched/attempt-watch.ts';
import type { Incoming } from './wire/incoming.ts';

/**
 * One step of the way. A stage knows the exchange and its own subject, no other stage. The phases it takes part in are
 * the methods it has. Everything is synchronous except by `verdict.pending`.
 *
 * `message` is valid only during the call: what is needed later is copied to the exchange.
 */
export interface Stage {
  readonly name: string;
  /** A program has come into force: builds what its first request would have to wait for. Cheap for one that is known. */
  prepare?(program: Exchange['program']): void;
  requestHeaders?(exchange: Exchange, message: Incoming): Verdict;
  /** The request is complete: headers, and the body if there is one, are on the exchange. */
  request?(exchange: Exchange): Verdict;
  responseHeaders?(exchange: Exchange, message: Incoming): Verdict;
  /** Called only when a stage has set `exchange.responseBodyMode` in the response headers phase. */
  responseBody?(exchange: Exchange, chunk: Buffer, isLast: boolean): Verdict;
  /** An attempt is about to leave: how its response is judged before the router sees it; undefined: not at all. */
  watch?(exchange: Exchange, attempt: number): AttemptWatch | undefined;
  /**
   * Attempt 2 or later is about to leave, on a stream of its own and with the header map as the attempt before left it.
   * What is to change goes to `answer`. Cannot be pending.
   */
  laterAttempt?(exchange: Exchange, attempt: number, answer: Answer, message: Incoming): Verdict;
  /** Exactly once per exchange, whatever happened to it and however far it got. */
  end?(exchange: Exchange, how: Ending): void;
}
