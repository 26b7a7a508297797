import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { listenHost } from '../lib/listen-host.ts';
import type { Rule } from './behaviour/behaviour.ts';
import { createRules } from './behaviour/rules.ts';
import { control, isControl } from './control.ts';
import { exchange, type Provider, refuseLongBody } from './exchange.ts';
import { readBody } from './read-body.ts';
import { createRequestRing, type ReceivedRequest } from './requests.ts';

export interface PracticeOptions {
  /** Default: 0, any free port. */
  readonly port?: number;
  /** Default: 127.0.0.1. It checks little and shows much: not for a network. */
  readonly host?: string;
  /** Serve TLS; PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Credentials that are accepted. Default: all, and none. */
  readonly expectedKeys?: readonly string[];
  /** The same for single accounts; wins over `expectedKeys`. */
  readonly expectedKeysByAccount?: Readonly<Record<string, readonly string[]>>;
  /** Models that exist, besides the magic ones. Default: every name does. */
  readonly models?: readonly string[];
  /** In force from the start, and again after `clear`. */
  readonly behaviours?: readonly Rule[];
  /** How many requests are kept. Default: 100. */
  readonly keepRequests?: number;
  /** Default: the clock. */
  readonly now?: () => number;
}

export interface Practice {
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
  /** What arrived, oldest first; always the same array. */
  readonly requests: readonly ReceivedRequest[];
  /** The newest rule that matches a request wins. */
  readonly behave: (rule: Rule) => void;
  /** Forgets rules and requests. */
  readonly clear: () => void;
  /** Cuts what is still open. */
  readonly close: () => Promise<void>;
}

/** Fails with a sentence for people when it cannot listen. */
export async function startPractice(options: PracticeOptions = {}): Promise<Practice> {
  const { host = '127.0.0.1', port = 0, tls } = options;
  const rules = createRules(options.behaviours ?? []);
  const ring = createRequestRing(options.keepRequests ?? 100);
  const tcpSockets = new Map<number, Socket>();
  const byAccount = new Map(Object.entries(options.expectedKeysByAccount ?? {}));
  let sequence = 0;
  const provider: Provider = {
    rules,
    ring,
    models: options.models,
    keysOf: (account) => byAccount.get(account ?? '') ?? options.expectedKeys,
    now: options.now ?? Date.now,
    nextSequence: () => ++sequence,
    cut: (request, how) => {
      // Only the TCP socket below TLS can be reset.
      if (how === 'reset') tcpSockets.get(request.socket.remotePort ?? 0)?.resetAndDestroy();
      request.socket.destroy();
    },
  };

  const answerControl = (request: IncomingMessage, response: ServerResponse, bytes: Buffer) => {
    const { status, type, text } = control(provider, request.method ?? '', request.url ?? '', bytes);
    response.writeHead(status, { 'content-type': type }).end(text);
  };
  const serve = (request: IncomingMessage, response: ServerResponse) =>
    readBody(request, (bytes) => {
      if (bytes === undefined) refuseLongBody(request, response);
      else if (isControl(request.url)) answerControl(request, response, bytes);
      else exchange(provider, request, response, bytes);
    });
  const server = tls === undefined ? createPlainServer(serve) : createTlsServer(tls, serve);
  // Gateways keep their connections; closing idle ones would race with their next request.
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => {
    const remote = socket.remotePort ?? 0;
    tcpSockets.set(remote, socket);
    socket.on('close', () => tcpSockets.get(remote) === socket && tcpSockets.delete(remote));
  });

  const bound = await listen(server, port, await listenHost(host));
  return {
    port: bound,
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    requests: ring.list,
    behave: (rule) => rules.add(rule),
    clear: () => {
      rules.clear();
      ring.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of tcpSockets.values()) socket.destroy();
      }),
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(sentence(error, port, host))));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function sentence(error: NodeJS.ErrnoException, port: number, host: string): string {
  const what = `The practice provider cannot listen on ${host}, port ${port}`;
  if (error.code === 'EADDRINUSE') return `${what}: another program uses it. Stop that one, or choose another port.`;
  if (error.code === 'EACCES') return `${what}: this user may not. Choose a port above 1023.`;
  return `${what} (${error.code ?? error.message}). Choose another address.`;
}
