import type { Dialect } from '../../llm/api.ts';
import type { Refusal } from './refusal.ts';

const anthropicTypes: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);

/** The body of an error answer. */
export function errorBody(refusal: Refusal, dialect: Dialect, requestId: string): unknown {
  const { status, message } = refusal;
  if (dialect === 'anthropic') {
    const type = anthropicTypes.get(status) ?? (status < 500 ? 'invalid_request_error' : 'api_error');
    return { type: 'error', error: { type, message }, request_id: requestId };
  }
  return openaiErrorBody(refusal);
}

export function openaiErrorBody(refusal: Refusal) {
  const { status, message, param = null } = refusal;
  return { error: { message, type: openaiType(status), param, code: openaiCode(refusal) } };
}

/** An error within a stream, where the status line has long been sent. */
export function errorEvent(refusal: Refusal, dialect: Dialect, requestId: string): string {
  const data = JSON.stringify(errorBody(refusal, dialect, requestId));
  return dialect === 'anthropic' ? `event: error\ndata: ${data}\n\n` : `data: ${data}\n\n`;
}

/** What a status means when a behaviour asks for it without saying more. */
export function refusalOfStatus(status: number, message?: string, retryAfterSeconds?: number): Refusal {
  const wait = retryAfterSeconds ?? (status === 429 ? 1 : undefined);
  const refusal = { status, message: message ?? messages.get(status) ?? `The practice provider answers ${status}.` };
  return wait === undefined ? refusal : { ...refusal, retryAfterSeconds: wait };
}

const messages: ReadonlyMap<number, string> = new Map([
  [400, 'The practice provider was told to call this request invalid.'],
  [401, 'The practice provider was told to refuse the credential.'],
  [429, 'Rate limit reached. Try again later.'],
  [500, 'The server had an error while processing your request.'],
  [503, 'The service is temporarily unavailable.'],
  [529, 'Overloaded'],
]);

function openaiType(status: number): string {
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

function openaiCode(refusal: Refusal): string | null {
  if (refusal.code !== undefined) return refusal.code;
  return refusal.status === 429 ? 'rate_limit_exceeded' : null;
}
