import type { ErrorCode } from '../../../errors/table.ts';
import type { Exchange } from '../../exchange.ts';

const readable = /^\s*(?:application\/(?:[\w.-]+\+)?json|text\/event-stream)\s*(?:;|$)/i;

/** 304 leads nowhere. */
function isRedirection(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

/**
 * A redirection never reaches the caller: its client would follow it, with key and prompt, to a host of the provider's
 * choosing. A provider's error in its own words reaches the caller as it is, since both speak the same dialect. Words that no
 * client of that dialect can read (a proxy's HTML page, an empty body) are replaced. What is passed through is left
 * alone.
 */
export function providerErrorCode(
  status: number,
  contentType: string | undefined,
  exchange: Exchange,
): ErrorCode | undefined {
  if (exchange.isPassthrough) return undefined;
  if (isRedirection(status)) return 'provider_redirected';
  if (status < 400) return undefined;
  if (contentType !== undefined && readable.test(contentType)) return undefined;
  if (status === 429) return 'rate_limited';
  if (status === 408 || status === 504) return 'provider_timeout';
  // The caller's own mistakes keep their status: it says more than any text of ours.
  return status >= 500 ? 'provider_unreachable' : undefined;
}
