import { localReplies } from '../../../errors/local-reply.ts';
import type { ErrorCode } from '../../../errors/table.ts';

/** Our error for an answer that Envoy gave itself, by its response code details, where the status alone is ambiguous. */
const byDetails: readonly { readonly pattern: RegExp; readonly code: ErrorCode }[] = [
  // The attempt's and the request's time-outs. A connection that is not established in time is below.
  { pattern: /^(?:upstream_per_try_(?:idle_)?timeout|(?:upstream_)?response_timeout)/, code: 'provider_timeout' },
  { pattern: /^stream_idle_timeout|^upstream_max_stream_duration/, code: 'provider_timeout' },
  { pattern: /overflow/, code: 'gateway_overloaded' },
  // Refused, reset, TLS, DNS, and connections that took too long.
  { pattern: /^upstream_reset_before_response_started|^no_healthy_upstream/, code: 'provider_unreachable' },
  { pattern: /^request_payload_too_large/, code: 'body_too_large' },
  { pattern: /^request_(?:overall_)?timeout|^downstream_.*timeout/, code: 'request_timeout' },
  // The chain names what Envoy does not have: the program and Envoy's configuration are apart for a moment.
  { pattern: /^(?:cluster_not_found|route_not_found|ext_proc_error)/, code: 'gateway_not_ready' },
];

const byStatus = new Map<number, ErrorCode>(localReplies.map(({ status, code }) => [status, code]));

/** Undefined: the answer is meant for the caller as it is (a redirect, a CORS answer). */
export function localReplyCode(status: number, details: string): ErrorCode | undefined {
  for (const { pattern, code } of byDetails) if (pattern.test(details)) return code;
  if (status < 400) return undefined;
  return byStatus.get(status) ?? (status < 500 ? 'bad_request' : 'internal');
}
