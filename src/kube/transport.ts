import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok, type Result } from '../lib/result.ts';
import type { CallOptions, Connection } from './connection.ts';
import { errorOfAnswer, type KubeError, kubeError } from './error.ts';
import { parseJson } from './json.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: { readonly [name: string]: string | number | boolean | undefined };
  readonly body?: unknown;
  /** Of the body. Default `application/json`. */
  readonly contentType?: string;
  /** Default `application/json`. */
  readonly accept?: string;
  /** With the time for a credential, until the whole answer is there; of a stream: until its headers are. */
  readonly timeoutMs: number;
}

export interface StreamListener {
  onOpen(): void;
  onLine(line: string): void;
  /** Once, at the end, whoever ended it. Without an error the API server ended it in an orderly way. */
  onEnd(error?: KubeError): void;
}

export interface Stream {
  /** Nothing is told any more. */
  close(): void;
}

/** Calls to one API server. Every call ends: with an answer, an error, or its time limit. */
export interface Transport {
  call(call: Call): Promise<Result<unknown, KubeError>>;
  stream(call: Call, listener: StreamListener): Stream;
  close(): void;
}

const closed = kubeError(0, 'Closed', 'the client has been closed');

export function createTransport(connection: Connection, userAgent: string): Transport {
  /** Ends each of what is under way. */
  const running = new Set<(error: KubeError) => void>();
  const closing = new AbortController();
  let isClosed = false;

  async function send(call: Call, isOver: () => boolean): Promise<Result<ClientRequest, KubeError>> {
    const credentials = await connection.credentials();
    // Whoever asked has been told already that it has failed: it must not be done after all.
    if (isClosed || isOver()) return err(closed);
    if (!credentials.ok) return err(kubeError(0, 'Unauthenticated', credentials.error));
    try {
      const request = requestOf(connection.server, call, credentials.value, userAgent);
      request.once('response', ({ statusCode }) => {
        if (statusCode === 401) connection.refused(credentials.value);
      });
      return ok(request);
    } catch (error) {
      // A token with a line end in it, an address that is none. The words of Node name the header, not its content.
      return err(kubeError(0, 'Unauthenticated', error instanceof Error ? error.message : String(error)));
    }
  }

  function callOnce(call: Call, limitMs: number): Promise<Result<unknown, KubeError> | 'connection was stale'> {
    return new Promise((resolve) => {
      let request: ClientRequest | undefined;
      let isOver = false;
      const done = (result: Result<unknown, KubeError> | 'connection was stale'): void => {
        clearTimeout(timer);
        running.delete(fail);
        isOver = true;
        resolve(result);
      };
      const fail = (error: KubeError): void => {
        done(err(error));
        request?.destroy();
      };
      const timer = setTimeout(() => fail(timedOut(call, request)), limitMs);
      running.add(fail);
      void send(call, () => isOver).then((sent) => {
        if (!sent.ok) return done(sent);
        request = sent.value;
        request.once('response', (response) => void answerOf(response, call).then(done));
        // Also of one that has ended already: that it is destroyed is an error to it, and to nobody else.
        request.on('error', (error) =>
          done(sent.value.reusedSocket && isReset(error) ? 'connection was stale' : err(unreachable(error))),
        );
        if (isOver) request.destroy();
      });
    });
  }

  return {
    async call(call) {
      const deadline = performance.now() + call.timeoutMs;
      let [stale, pauses] = [0, 0];
      for (;;) {
        if (isClosed) return err(closed);
        const result = await callOnce(call, deadline - performance.now());
        if (result === 'connection was stale') {
          // The API server ended an idle connection in the moment that we took it: nobody has read what was sent.
          if (++stale === 5) return err(kubeError(0, 'Unreachable', 'the API server ends every connection'));
          continue;
        }
        const pauseMs = result.ok ? undefined : pauseBeforeRepeating(result.error);
        if (pauseMs === undefined || ++pauses > mostPauses || performance.now() + pauseMs >= deadline) return result;
        await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    },

    stream(call, listener) {
      let hasEnded = false;
      let request: ClientRequest | undefined;
      const end = (error?: KubeError): void => {
        clearTimeout(timer);
        if (hasEnded) return;
        forget();
        listener.onEnd(isClosed ? closed : error);
      };
      const forget = (): void => {
        hasEnded = true;
        running.delete(end);
        request?.destroy();
      };
      const timer = setTimeout(() => end(timedOut(call, request)), call.timeoutMs);
      running.add(end);
      void send(call, () => hasEnded).then((sent) => {
        if (!sent.ok) return end(sent.error);
        request = sent.value;
        // Also of one that has ended already: that it is destroyed is an error to it, and to nobody else.
        request.on('error', (error) => end(unreachable(error)));
        if (hasEnded) return void request.destroy();
        // A peer that is gone without a word, behind a firewall that forgot us, is noticed in about half a minute.
        request.once('socket', (socket) => socket.setKeepAlive(true, 20_000));
        request.once('response', (response) => {
          if (hasEnded) return;
          // The time limit holds until its end, which may never come.
          if (response.statusCode !== 200) return void answerOf(response, call).then((answer) => end(errorIn(answer)));
          clearTimeout(timer);
          listener.onOpen();
          readLines(response, (line) => !hasEnded && listener.onLine(line), end);
        });
      });
      return {
        close() {
          clearTimeout(timer);
          forget();
        },
      };
    },

    close() {
      isClosed = true;
      closing.abort();
      for (const end of running) end(closed);
      connection.close();
    },
  };
}

/** Whoever waits for the answer has more patience than a moment, and less than an overloaded API server may need. */
const mostPauses = 3;

/** It has not done what was asked, and says when to ask again: it is starting, or others were first. */
function pauseBeforeRepeating({ code, retryAfterMs }: KubeError): number | undefined {
  return code === 429 || code === 503 ? retryAfterMs : undefined;
}

function requestOf(server: string, call: Call, { agent, headers }: CallOptions, userAgent: string): ClientRequest {
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  const url = urlOf(server, call);
  const request = (url.protocol === 'http:' ? plainRequest : secureRequest)(url, {
    method: call.method,
    agent,
    headers: {
      accept: call.accept ?? 'application/json',
      'user-agent': userAgent,
      ...(body && { 'content-type': call.contentType ?? 'application/json', 'content-length': body.length }),
      ...headers,
    },
  });
  request.end(body);
  return request;
}

function urlOf(server: string, call: Call): URL {
  const url = new URL(`${server.replace(/\/+$/, '')}${call.path}`);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

async function answerOf(response: IncomingMessage, call: Call): Promise<Result<unknown, KubeError>> {
  const code = response.statusCode ?? 0;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (error) {
    return err(unreachable(error));
  }
  const parsed = parseJson(Buffer.concat(chunks).toString());
  const isSuccess = code >= 200 && code < 300;
  if (isSuccess) {
    return parsed.ok ? parsed : err(kubeError(0, 'Unreadable', `${call.method} ${call.path}: ${parsed.error}`));
  }
  return err(errorOfAnswer(code, parsed.ok ? parsed.value : undefined, response.headers['retry-after']));
}

/** A stream was refused: what it says is the error; an answer without one is a fault of whoever answered. */
function errorIn(answer: Result<unknown, KubeError>): KubeError {
  return answer.ok ? kubeError(0, 'Unreadable', 'the API server answered a watch with something else') : answer.error;
}

function readLines(
  response: IncomingMessage,
  onLine: (line: string) => void,
  onEnd: (error?: KubeError) => void,
): void {
  let rest: Buffer[] = [];
  response.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
      const piece = chunk.subarray(start, at);
      const line = rest.length === 0 ? piece : Buffer.concat([...rest, piece]);
      rest = [];
      start = at + 1;
      if (line.length > 0) onLine(line.toString());
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  });
  response.once('end', () => onEnd());
  response.once('error', (error) => onEnd(unreachable(error)));
}

/** `request`: there was a credential to make it with. */
function timedOut({ method, path, timeoutMs }: Call, request: ClientRequest | undefined): KubeError {
  const lacking = request === undefined ? 'credential to call with' : 'answer';
  return kubeError(0, 'Timeout', `${method} ${path}: no ${lacking} within ${timeoutMs / 1000} s`);
}

function isReset(error: Error): boolean {
  return codeOf(error) === 'ECONNRESET' || codeOf(error) === 'EPIPE';
}

function unreachable(error: unknown): KubeError {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return kubeError(0, 'Unreachable', code === '' || message.includes(code) ? message : `${message} (${code})`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
