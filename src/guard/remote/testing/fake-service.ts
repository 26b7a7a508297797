import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface FakeAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What it does instead of, or before, answering. */
export type Behaviour =
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'body'; readonly body: string }
  /** The connection goes before anything is said, or in the middle of it. */
  | { readonly kind: 'cut' | 'cutMidway' }
  | { readonly kind: 'huge'; readonly bytes: number };

export interface FakeService {
  /** Without trailing slash. */
  readonly url: string;
  /** All that came, refused or not. */
  readonly requests: readonly FakeRequest[];
  /** Of those, what was refused and why: a strict fake that nobody reads is no check. */
  readonly refusals: readonly string[];
  /** Connections that were ever opened. */
  readonly connections: number;
  /** Requests whose sender went before the answer. */
  readonly abandoned: number;
  /** Most requests that were under way at once. */
  readonly mostAtOnce: number;
  /** For the next `times` requests; default: from now on. Undefined: answers again. */
  behave(behaviour: Behaviour | undefined, times?: number): void;
  close(): Promise<void>;
}

export function refuse(status: number, reason: string): FakeAnswer {
  return { status, body: { error: { code: 'InvalidRequest', message: reason } } };
}

/** A service on the loopback interface that answers with `answer`. `tls`: PEM of key and certificate. */
export async function fakeService(
  answer: (request: FakeRequest) => FakeAnswer,
  tls?: { readonly key: string; readonly cert: string },
): Promise<FakeService> {
  const requests: FakeRequest[] = [];
  const refusals: string[] = [];
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  let connections = 0;
  let abandoned = 0;
  let underWay = 0;
  let mostAtOnce = 0;
  let behaviour: Behaviour | undefined;
  let times = Number.POSITIVE_INFINITY;

  const listener = async (incoming: IncomingMessage, response: ServerResponse) => {
    underWay++;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    response.on('close', () => {
      underWay--;
      if (!response.writableEnded) abandoned++;
    });
    incoming.setEncoding('utf8');
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const [path = '', query = ''] = (incoming.url ?? '').split('?');
    const headers = incoming.headers as Readonly<Record<string, string | undefined>>;
    const request = { method: incoming.method ?? '', path, query, headers, body };
    requests.push(request);
    const now = times > 0 ? behaviour : undefined;
    times--;
    const reply = () => {
      const { status, body } = answer(request);
      if (status !== 200) refusals.push(`${status} ${JSON.stringify(body)}`);
      send(response, status, JSON.stringify(body));
    };
    if (now?.kind !== 'slow') {
      misbehave(now, incoming, response, reply);
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      reply();
    }, now.ms);
    timers.add(timer);
  };
  // A request that is cut off rejects the loop above: nobody is left to tell.
  const guarded = (incoming: IncomingMessage, response: ServerResponse) =>
    void listener(incoming, response).catch(() => {});
  const server = tls === undefined ? createHttpServer(guarded) : createHttpsServer(tls, guarded);
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    refusals,
    get connections() {
      return connections;
    },
    get abandoned() {
      return abandoned;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    behave(next, count = Number.POSITIVE_INFINITY) {
      behaviour = next;
      times = count;
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function misbehave(
  behaviour: Exclude<Behaviour, { readonly kind: 'slow' }> | undefined,
  { socket }: IncomingMessage,
  response: ServerResponse,
  reply: () => void,
): void {
  switch (behaviour?.kind) {
    case undefined:
      reply();
      break;
    case 'hang':
      break;
    case 'status':
      for (const [name, value] of Object.entries(behaviour.headers ?? {})) response.setHeader(name, value);
      send(response, behaviour.status, '{"error":{"message":"told to fail"}}');
      break;
    case 'body':
      send(response, 200, behaviour.body);
      break;
    case 'cut':
      socket.destroy();
      break;
    case 'cutMidway':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"results":', () => socket.destroy());
      break;
    case 'huge':
      send(response, 200, `"${'x'.repeat(behaviour.bytes)}"`);
      break;
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body);
}
