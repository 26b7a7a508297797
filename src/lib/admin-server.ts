import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenHost } from './listen-host.ts';

export interface AdminAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Rendered anew for each request. */
export type AdminPage = (query: URLSearchParams) => AdminAnswer;

export interface AdminEndpoints {
  /** One that gives a promise answers when something has happened. */
  readonly [path: string]: AdminPage | (() => Promise<AdminAnswer>);
}

/**
 * The operators' endpoint of a component: status, health, metrics. Read only, meant for loopback or the pod network;
 * it never holds a secret, so it asks for none.
 */
export async function startAdmin(
  address: { host: string; port: number },
  endpoints: AdminEndpoints,
): Promise<{
  readonly port: number;
  close(): void;
}> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://admin');
    const endpoint = Object.hasOwn(endpoints, pathname) ? endpoints[pathname] : undefined;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const answer = !isRead
      ? { status: 405, type: 'text/plain', body: 'Only GET is served here.\n' }
      : ((await endpoint?.(searchParams)) ?? {
          status: 404,
          type: 'text/plain',
          body: `There is ${Object.keys(endpoints).join(', ')}.\n`,
        });
    response.writeHead(answer.status, { 'content-type': `${answer.type}; charset=utf-8` });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  });
  await listening(server, { host: await listenHost(address.host), port: address.port });
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listening(server: Server, address: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
