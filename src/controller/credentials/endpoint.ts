import { err, ok, type Result } from '../../lib/result.ts';

/** A form or JSON that is sent, or a question without either. */
export interface EndpointRequest {
  readonly url: string;
  readonly form?: URLSearchParams;
  readonly json?: string;
  readonly authorization?: string;
}

export interface EndpointAnswer {
  readonly status: number;
  readonly text: string;
}

/** Asks those who give out tokens. The error says why there is no answer. */
export type AskEndpoint = (request: EndpointRequest, signal: AbortSignal) => Promise<Result<EndpointAnswer>>;

const timeoutMs = 10_000;
/** Tokens take a few kilobytes. */
const mostBytes = 64 * 1024;

/** Over HTTPS only, and without following anybody anywhere: what is sent is what tokens are given out for. */
export const askEndpoint: AskEndpoint = (request, signal) =>
  request.url.startsWith('https://') ? ask(request, signal) : Promise.resolve(err('its address is not one of https'));

/** For those who have looked at the address. */
export const ask: AskEndpoint = async ({ url, form, json, authorization }, signal) => {
  const limit = AbortSignal.timeout(timeoutMs);
  const body = form ?? json;
  try {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(authorization !== undefined && { authorization }),
      },
      ...(body !== undefined && { body }),
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
    });
    const text = await textOf(response);
    return text === undefined ? err('its answer is too large') : ok({ status: response.status, text });
  } catch (error) {
    return err(limit.aborted ? 'it does not answer in time' : reasonOf(error));
  }
};

async function textOf(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Leaving the loop cancels what is still to come.
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The code and no more: texts of the system name addresses and change from one attempt to the next. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? `it cannot be reached (${code})` : 'it cannot be reached';
}
