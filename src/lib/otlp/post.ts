import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Destination } from './destination.ts';

export type PostOutcome =
  | { readonly kind: 'taken'; readonly rejected: number }
  /** May work later; `afterMs`: not before, if the collector has said so. */
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs: number }
  | { readonly kind: 'refused'; readonly reason: string };

export type Post = (destination: Destination, body: string) => Promise<PostOutcome>;

/** Statuses after which OTLP/HTTP asks to try again. */
const retryable = new Set([429, 502, 503, 504]);
const longestAnswer = 64 * 1024;

/**
 * One request to a collector. Not `fetch`: it follows redirects with our headers and refuses some ports that
 * collectors may well listen on.
 */
export function createPost(): Post & { close(): void } {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: 1 }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: 1 }),
  } as const;

  const post: Post = ({ url, headers, timeoutMs }, body) =>
    new Promise((resolve) => {
      const isTls = url.protocol === 'https:';
      const failed = (error: Error & { code?: string }): void =>
        resolve({ kind: 'later', reason: error.code ?? error.name, afterMs: 0 });
      const request = (isTls ? httpsRequest : httpRequest)(
        url,
        {
          method: 'POST',
          agent: agents[isTls ? 'https:' : 'http:'],
          headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
          signal: AbortSignal.timeout(timeoutMs),
        },
        (response) => {
          const status = response.statusCode ?? 0;
          let answer = '';
          response.setEncoding('utf8');
          response.on('data', (piece: string) => {
            if (answer.length < longestAnswer) answer += piece;
          });
          response.on('error', failed);
          response.on('end', () => resolve(outcomeOf(status, response.headers['retry-after'], answer)));
        },
      );
      request.on('error', failed);
      request.end(body);
    });
  const close = (): void => {
    agents['http:'].destroy();
    agents['https:'].destroy();
  };
  return Object.assign(post, { close });
}

function outcomeOf(status: number, retryAfter: string | undefined, answer: string): PostOutcome {
  if (status >= 200 && status < 300) return { kind: 'taken', rejected: rejectedIn(answer) };
  const reason = `status ${status}`;
  if (!retryable.has(status)) return { kind: 'refused', reason };
  const seconds = Number(retryAfter ?? 0);
  return { kind: 'later', reason, afterMs: Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 60) * 1000 : 0 };
}

/** `partialSuccess.rejectedSpans`: a number in text, or a number. */
function rejectedIn(answer: string): number {
  try {
    const parsed: unknown = JSON.parse(answer);
    const partial = (parsed as { partialSuccess?: { rejectedSpans?: unknown } } | null)?.partialSuccess;
    const rejected = Number(partial?.rejectedSpans ?? 0);
    return Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0;
  } catch {
    return 0;
  }
}
