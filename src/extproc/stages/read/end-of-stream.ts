import { describeError } from '../../../errors/render.ts';
import { errorEvent } from '../../../llm/stream/error-event.ts';
import type { StreamPlace } from '../../../llm/stream/stream-place.ts';
import type { Exchange } from '../../exchange.ts';
import type { Rejection } from '../../rejection.ts';
import type { Verdict } from '../../verdict.ts';

/** Ends a stream that the caller has begun to read: with an error as its API tells one, behind what may still go out. */
export function endStream(
  exchange: Exchange,
  api: string,
  before: Buffer,
  rejection: Rejection,
  place: StreamPlace,
): Verdict {
  const { type, code, message, members } = describeError(rejection.code, exchange.dialect, rejection.params);
  const event = errorEvent(api, { type, code, message, members, requestId: exchange.requestId }, place);
  return exchange.endResponseWith(before.length === 0 ? event : Buffer.concat([before, event]), rejection);
}
