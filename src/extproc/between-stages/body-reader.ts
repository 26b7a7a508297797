import type { Exchange } from '../exchange.ts';
import type { Rejection } from '../rejection.ts';
import type { Verdict } from '../verdict.ts';

/** Reads the body of one response, piece by piece. */
export interface BodyReader {
  piece(exchange: Exchange, bytes: Buffer, isLast: boolean): Verdict;
  /** Between two pieces: ends the response for this reason. Absent: the body can only be broken off. */
  end?(exchange: Exchange, reason: Rejection): Verdict;
}
