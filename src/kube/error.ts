import { redactText } from '../lib/redact.ts';

/** Why a call did not succeed. Holds no credential. */
export interface KubeError {
  /** The HTTP status; 0 where no answer came. */
  readonly code: number;
  /**
   * In the API server's words (`NotFound`, `Conflict`, `Forbidden`, `Expired`), else `Unreachable`, `Timeout`,
   * `Unauthenticated` (there is no credential to call with), `Unreadable` or `Closed`.
   */
  readonly reason: string;
  readonly message: string;
  /** How long the API server wants to be left alone. */
  readonly retryAfterMs?: number;
}

export function kubeError(code: number, reason: string, message: string): KubeError {
  return { code, reason, message: redactText(message) };
}

/** `Forbidden (403): models.sluice.dev is forbidden: …`, for logs and status. */
export function kubeErrorText({ code, reason, message }: KubeError): string {
  return code === 0 ? `${reason}: ${message}` : `${reason} (${code}): ${message}`;
}

/** From the body of an answer, which is a `Status` object unless something stands between us and the API server. */
export function errorOfAnswer(code: number, body: unknown, retryAfter: string | undefined): KubeError {
  const status = isRecord(body) && body.kind === 'Status' ? body : {};
  const reason = typeof status.reason === 'string' && status.reason !== '' ? status.reason : reasonOf(code);
  const message = typeof status.message === 'string' ? status.message : `the API server answered ${code}`;
  const seconds = Number(retryAfter);
  const pause = Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 60) * 1000 } : {};
  return { ...kubeError(code, reason, message), ...pause };
}

function reasonOf(code: number): string {
  const reasons: Readonly<Record<number, string>> = {
    400: 'BadRequest',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'NotFound',
    409: 'Conflict',
    410: 'Gone',
    422: 'Invalid',
    429: 'TooManyRequests',
    500: 'InternalError',
    503: 'ServiceUnavailable',
    504: 'Timeout',
  };
  return reasons[code] ?? `Status${code}`;
}

export function isNotFound(error: KubeError): boolean {
  return error.code === 404;
}

/** Somebody else was faster: read again, decide again. */
export function isConflict(error: KubeError): boolean {
  return error.code === 409;
}

/** What the resource version stood for has been forgotten by the API server. */
export function isExpired(error: KubeError): boolean {
  return error.code === 410 || error.reason === 'Expired' || error.reason === 'Gone';
}

/** The permissions do not suffice; asking again soon will not help. */
export function isForbidden(error: KubeError): boolean {
  return error.code === 403;
}

/** The API server has read what was sent, and does not take it from us; sending it again will not help. */
export function isRefusal({ code }: KubeError): boolean {
  return [400, 403, 422, 500].includes(code);
}

/** Nobody answers, or not now: nothing is wrong with what was asked. */
export function isTemporary({ code, reason }: KubeError): boolean {
  return code === 0 ? ['Unreachable', 'Timeout'].includes(reason) : [429, 502, 503, 504].includes(code);
}

export function isRecord(value: unknown): value is { readonly [field: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
