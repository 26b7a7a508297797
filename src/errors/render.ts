import { errorBody } from './body.ts';
import type { Dialect, ErrorParams, ErrorRow, JsonObject } from './row.ts';
import { type ErrorCode, errorTable } from './table.ts';

export interface RenderedError {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ErrorContext {
  readonly requestId: string;
  readonly params?: ErrorParams;
}

/** The complete answer. The status line, the body and the headers agree with what the official clients look for. */
export function renderError(code: ErrorCode, dialect: Dialect, context: ErrorContext): RenderedError {
  const params = context.params ?? {};
  const row: ErrorRow = errorTable[code];
  const body = Buffer.from(JSON.stringify(errorBody(row, dialect, row.message(params), context.requestId, params)));
  return { status: row.status, body, headers: headersOf(row, dialect, context.requestId, params) };
}

export interface DescribedError {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly members: JsonObject;
}

/** The same error in words, for where it is told as an event of a stream that has begun. */
export function describeError(code: ErrorCode, dialect: Dialect, params: ErrorParams = {}): DescribedError {
  const row: ErrorRow = errorTable[code];
  const type = dialect === 'anthropic' ? row.anthropic : row.openai.type;
  return { type, code: row.openai.code, message: row.message(params), members: row.members?.(params) ?? {} };
}

function headersOf(
  { status, isLasting }: ErrorRow,
  dialect: Dialect,
  requestId: string,
  params: ErrorParams,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'x-request-id': requestId };
  // Anthropic's clients read the id from this header.
  if (dialect === 'anthropic') headers['request-id'] = requestId;
  // RFC 9110 15.5.2 and 15.5.6: these two statuses must name the scheme and the methods.
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (status === 405) headers.allow = (params.allow ?? []).join(', ');
  // The SDKs of OpenAI and Anthropic try every 5xx again unless they are told not to, Claude Code every 401.
  if (isLasting === true) headers['x-should-retry'] = 'false';
  if (params.retryAfterSeconds !== undefined) headers['retry-after'] = String(params.retryAfterSeconds);
  return headers;
}
