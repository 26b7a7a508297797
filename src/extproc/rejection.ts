import { responseDetailsPrefix } from '../contract.ts';
import { renderError } from '../errors/render.ts';
import type { ErrorParams } from '../errors/row.ts';
import type { ErrorCode } from '../errors/table.ts';
import type { Exchange } from './exchange.ts';
import type { ImmediateAnswer } from './wire/outgoing.ts';

/** An error of ours that the caller gets. */
export interface Rejection {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

/** An error of ours as the caller gets it. `extraHeaders` is flat. */
export function renderRejection(
  { code, params }: Rejection,
  { dialect, requestId, method }: Pick<Exchange, 'dialect' | 'requestId' | 'method'>,
  extraHeaders: readonly string[] = [],
): ImmediateAnswer {
  const { status, body, headers } = renderError(code, dialect, { requestId, params });
  // Who asks by HEAD gets no body, and some clients read one as soon as they are told its type.
  const isBodiless = method === 'HEAD';
  const told = Object.entries(headers).filter(([name]) => !isBodiless || name !== 'content-type');
  return {
    status,
    headers: [...told.flat(), ...extraHeaders],
    body: isBodiless ? nothing : body,
    details: responseDetailsPrefix + code,
  };
}

const nothing = Buffer.alloc(0);
