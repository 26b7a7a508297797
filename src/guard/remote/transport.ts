import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { sha256Hex } from '../../lib/hash.ts';

export interface Call {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly ca: string | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Bytes of an answer that are read at most. */
  readonly longestAnswer: number;
}

export type Reply =
  | { readonly kind: 'reply'; readonly status: number; readonly body: Uint8Array }
  | { readonly kind: 'tooLong' }
  /** No connection, or it broke. What exactly is nobody's business: messages of errors may quote what was sent. */
  | { readonly kind: 'broken' };

/** How a service is reached: a seam, so that tests need no network where they test something else. */
export interface Transport {
  /** `done` is called once, later, unless the call is cancelled with what is returned. */
  post(call: Call, done: (reply: Reply) => void): () => void;
  close(): void;
}

const idleMs = 60_000;
const mostIdle = 32;
/** Pools that are remembered: of endpoints and certificates that are no longer in use, connections close by themselves. */
const mostPools = 256;

/** One pool of kept connections for each service and its certificates. Redirects are answers like others: not followed. */
export function httpTransport(): Transport {
  const agents = new Map<string, HttpAgent | HttpsAgent>();
  let isClosed = false;

  function agentFor({ origin, ca }: Call): HttpAgent | HttpsAgent {
    const key = `${origin} ${ca === undefined ? '' : sha256Hex(ca)}`;
    let agent = agents.get(key);
    if (agent === undefined) {
      const options = { keepAlive: true, maxFreeSockets: mostIdle, timeout: idleMs };
      agent = origin.startsWith('https:')
        ? new HttpsAgent({ ...options, ...(ca !== undefined && { ca }) })
        : new HttpAgent(options);
    }
    agents.delete(key);
    agents.set(key, agent);
    for (const oldest of agents.keys()) {
      if (agents.size <= mostPools) break;
      agents.delete(oldest);
    }
    return agent;
  }

  return {
    post(call, done) {
      let current: ClientRequest | undefined;
      let isOver = false;
      const finish = (reply: Reply) => {
        if (isOver) return;
        isOver = true;
        done(reply);
      };
      const attempt = (agent: HttpAgent | HttpsAgent | false) => {
        current = open(call, agent, (reply, isStale) => {
          // The other side closed a kept connection while the request was on its way: nobody has read it.
          if (isStale && agent !== false && !isOver && !isClosed) attempt(false);
          else finish(reply);
        });
      };
      if (isClosed) queueMicrotask(() => finish({ kind: 'broken' }));
      else attempt(agentFor(call));
      return () => {
        isOver = true;
        current?.destroy();
      };
    },
    close() {
      isClosed = true;
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}

/** `done` may be called again when everything falls apart: the first call counts. */
function open(
  call: Call,
  agent: HttpAgent | HttpsAgent | false,
  done: (reply: Reply, isStale: boolean) => void,
): ClientRequest | undefined {
  let request: ClientRequest;
  try {
    request = send(call, agent);
  } catch {
    // A header or path that cannot be sent.
    queueMicrotask(() => done({ kind: 'broken' }, false));
    return undefined;
  }
  let hasAnswer = false;
  request.on('response', (response) => {
    hasAnswer = true;
    const chunks: Buffer[] = [];
    let length = 0;
    response.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= call.longestAnswer) {
        chunks.push(chunk);
        return;
      }
      done({ kind: 'tooLong' }, false);
      request.destroy();
    });
    response.on('end', () => {
      done({ kind: 'reply', status: response.statusCode ?? 0, body: Buffer.concat(chunks) }, false);
    });
    response.on('error', () => done({ kind: 'broken' }, false));
    response.on('aborted', () => done({ kind: 'broken' }, false));
  });
  request.on('error', (error: NodeJS.ErrnoException) => {
    const isReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
    done({ kind: 'broken' }, request.reusedSocket && !hasAnswer && isReset);
  });
  request.end(call.body);
  return request;
}

function send({ origin, ca, path, headers, body }: Call, agent: HttpAgent | HttpsAgent | false): ClientRequest {
  const options: RequestOptions = {
    method: 'POST',
    path,
    agent,
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)), 'accept-encoding': 'identity' },
  };
  return origin.startsWith('https:')
    ? httpsRequest(origin, { ...options, ...(ca !== undefined && { ca }) })
    : httpRequest(origin, options);
}
