import type { Exchange } from '../exchange.ts';
import type { Verdict } from '../verdict.ts';

/** Reads the body of one response, piece by piece. */
export interface BodyReader {
  piece(exchange: Exchange, bytes: Buffer, isLast: boolean): Verdict;
}
