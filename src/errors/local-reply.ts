import { errorBody } from './body.ts';
import type { Dialect, ErrorParams, ErrorRow, JsonObject } from './row.ts';
import { type ErrorCode, errorTable } from './table.ts';

/**
 * Envoy's own answers by status, for its local reply mapper. The codes that a status alone cannot tell apart (a 503
 * without a processor, a 503 of a refused connection) are chosen there by response flag.
 */
export const localReplies = [
  { status: 400, code: 'bad_request' },
  { status: 404, code: 'unknown_path' },
  { status: 408, code: 'request_timeout' },
  { status: 413, code: 'body_too_large' },
  { status: 426, code: 'upgrade_required' },
  { status: 429, code: 'rate_limited' },
  { status: 431, code: 'headers_too_large' },
  { status: 500, code: 'internal' },
  { status: 502, code: 'provider_unreachable' },
  { status: 503, code: 'gateway_not_ready' },
  { status: 504, code: 'provider_timeout' },
] as const satisfies readonly { readonly status: number; readonly code: ErrorCode }[];

/** The body of a local reply as Envoy's `json_format`: Envoy puts the request id in, and quotes it. */
export function localReplyBody(code: ErrorCode, dialect: Dialect, params: ErrorParams = {}): JsonObject {
  const row: ErrorRow = errorTable[code];
  // A percent sign starts a command operator of Envoy; two are one.
  const message = row.message(params).replaceAll('%', '%%');
  return errorBody(row, dialect, message, '%REQ(X-REQUEST-ID)%', params);
}
