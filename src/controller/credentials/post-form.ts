import { err, ok, type Result } from '../../lib/result.ts';

export interface FormAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends a form and reads the answer. The error says why there is none. */
export type PostForm = (
  url: string,
  fields: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<Result<FormAnswer>>;

const timeoutMs = 10_000;
/** Tokens take a few kilobytes. */
const mostBytes = 64 * 1024;

/** Over HTTPS only, and without following anybody anywhere: the form holds what tokens are given out for. */
export const postForm: PostForm = (url, fields, signal) =>
  url.startsWith('https://') ? post(url, fields, signal) : Promise.resolve(err('its address is not one of https'));

/** For those who have looked at the address. */
export const post: PostForm = async (url, fields, signal) => {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(fields),
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
