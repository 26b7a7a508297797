import type { Dialect, ErrorParams, ErrorRow, JsonObject } from './row.ts';

/** As the official clients of both families read it. */
export function errorBody(
  row: ErrorRow,
  dialect: Dialect,
  message: string,
  requestId: string,
  params: ErrorParams,
): JsonObject {
  const members = row.members?.(params);
  if (dialect === 'anthropic') {
    return { type: 'error', error: { type: row.anthropic, message, ...members }, request_id: requestId };
  }
  const { type, code, param } = row.openai;
  return { error: { message, type, param, code, request_id: requestId, ...members } };
}
