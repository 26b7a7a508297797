import { type ErrorCode, errorTable } from '../../../src/errors/table.ts';

/** Why a request is answered with an error, and with which. */
export interface Refusal {
  /** For people, with the status in it. */
  readonly reason: string;
  /** HTTP status; absent where nobody answers. */
  readonly status?: number;
  /** Of the table of errors; absent where Envoy answers by itself. */
  readonly code?: ErrorCode;
}

/** `hint`: what was probably meant. */
export function refusal(code: ErrorCode, reason: string, hint = ''): Refusal {
  const { status } = errorTable[code];
  return { reason: `${reason} (${status})${hint}`, status, code };
}
