import type { RemoteFailure } from '../remote-judge.ts';
import { parseAnswer } from './answer.ts';
import type { Piece, PieceVerdict, Service } from './service.ts';
import type { Reply } from './transport.ts';

/** What came of one request: a verdict for each of its pieces, or why there are none. */
export type Outcome = readonly PieceVerdict[] | RemoteFailure;

export function outcomeOf(reply: Reply, batch: readonly Piece[], service: Pick<Service, 'read'>): Outcome {
  if (reply.kind === 'broken') return 'unreachable';
  if (reply.kind === 'tooLong') return 'invalidAnswer';
  const { status, body } = reply;
  if (status === 200) return service.read(parseAnswer(body), batch) ?? 'invalidAnswer';
  if (status === 429 || status === 503) return 'overloaded';
  if (status >= 500 || status === 408) return 'unreachable';
  return status >= 300 ? 'refused' : 'invalidAnswer';
}

/** A refusal is an answer: a text that the service does not take must not keep others from it. */
export function isFailureOfService(outcome: Outcome): boolean {
  return typeof outcome === 'string' && outcome !== 'refused';
}
