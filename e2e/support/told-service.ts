import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type RawAnswer, rawRequest } from './raw-request.ts';
import {
  answerJson,
  type RecordedRequest,
  type RecordingProvider,
  startRecordingProvider,
} from './recording-provider.ts';

/*
 * Services whose caller tells them what to do: one word for each attempt in the header `x-then`. By default they answer
 * with what they have seen.
 */

export interface ToldAnswer extends RawAnswer {
  /** How often a service has been asked for it. */
  readonly asked: number;
  readonly ms: number;
}

export interface Echo {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** After which `late` services answer. */
export const lateMs = 5_000;

type Headers = Readonly<Record<string, string>>;

const attempts = new Map<string, number>();

export function startToldService(name: string): Promise<RecordingProvider> {
  return startRecordingProvider((response, request) => answer(name, response, request));
}

function answer(name: string, response: ServerResponse, { path, headers }: RecordedRequest): void {
  const call = String(headers['x-call']);
  const attempt = attempts.get(call) ?? 0;
  attempts.set(call, attempt + 1);
  const word = String(headers['x-then'] ?? '').split(' ')[attempt] ?? '';
  if (word === 'late') setTimeout(() => response.end(), lateMs).unref();
  else if (word === 'reset') response.socket?.resetAndDestroy();
  else if (word === 'stall') response.writeHead(200).write('something');
  else if (word === 'slowly') goOn(response, 8);
  else answerJson(response, Number(word) || 200, { name, path, headers });
}

function goOn(response: ServerResponse, left: number): void {
  if (left === 0) {
    response.end();
    return;
  }
  response.write('x');
  setTimeout(() => goOn(response, left - 1), 100).unref();
}

/** Status 0: the connection has ended before the answer. */
export async function tell(
  port: number,
  path: string,
  headers: Headers = {},
  method = 'GET',
  body?: string,
): Promise<ToldAnswer> {
  const call = randomUUID();
  const started = performance.now();
  const request = { method, path, headers: { 'x-call': call, ...headers }, ...(body !== undefined && { body }) };
  const seen = await rawRequest(port, request).catch((): RawAnswer => ({ status: 0, headers: {}, text: '' }));
  return { ...seen, asked: attempts.get(call) ?? 0, ms: performance.now() - started };
}

export function echoOf({ text }: RawAnswer): Echo {
  return JSON.parse(text) as Echo;
}
