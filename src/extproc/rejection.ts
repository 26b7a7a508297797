import { responseDetailsPrefix } from '../contract.ts';
import { renderError } from '../errors/render.ts';
import type { ErrorParams } from '../errors/row.ts';
import type { ErrorCode } from '../errors/table.ts';
import type { Dialect } from '../program/program.ts';
import type { ImmediateAnswer } from './wire/outgoing.ts';

/** An error of ours that the caller gets. */
export interface Rejection {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

/** An error of ours as the caller gets it. `extraHeaders` is flat. */
export function renderRejection(
  { code, params }: Rejection,
  dialect: Dialect,
  requestId: string,
  extraHeaders: readonly string[] = [],
): ImmediateAnswer {
  const { status, body, headers } = renderError(code, dialect, { requestId, params });
  return {
    status,
    headers: [...Object.entries(headers).flat(), ...extraHeaders],
    body,
    details: responseDetailsPrefix + code,
  };
}
