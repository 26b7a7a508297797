import { createServer, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createKubeClient, type KubeClient } from '../../../src/kube/client.ts';
import { connect } from '../../../src/kube/connection.ts';
import { plainConnection } from '../../../src/kube/testing/plain-connection.ts';
import { createTransport } from '../../../src/kube/transport.ts';
import type { KubeApiServer } from './api-server.ts';

/** A client of an API server through something that counts its calls, and breaks them on request. */
export interface WatchedClient {
  readonly client: KubeClient;
  /** `GET /api/v1/namespaces/a/secrets/b`, `WATCH /api/v1/namespaces`, in the order of their arrival. */
  readonly calls: string[];
  /** Every kind that was listed is watched: the watch opens a moment after the list is known. */
  isWatching(): boolean;
  /** Ends every connection of this moment without a word; the next ones work. */
  breakConnections(): void;
  /** Not: every connection ends at once, as behind a load balancer without an API server. */
  setReachable(isReachable: boolean): void;
  close(): Promise<void>;
}

/** Not of one object by its name. */
const collection = /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(\/namespaces\/[^/]+)?\/[^/]+$/;

export async function watchedClient(server: KubeApiServer): Promise<WatchedClient> {
  const direct = await connect({ kubeconfig: server.kubeconfig });
  if (!direct.ok) throw new Error(direct.error);
  const calls: string[] = [];
  const listed = new Set<string>();
  const open = new Set<string>();
  let isReachable = true;
  const proxy = createServer((incoming, outgoing) => {
    if (!isReachable) return void incoming.socket.destroy();
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://host');
    const isWatch = searchParams.has('watch');
    calls.push(`${isWatch ? 'WATCH' : incoming.method} ${pathname}`);
    if (incoming.method === 'GET' && !isWatch && collection.test(pathname)) listed.add(pathname);
    void direct.value.credentials().then((credentials) => {
      if (!credentials.ok) return void incoming.socket.destroy();
      const { agent, headers } = credentials.value;
      const url = new URL(incoming.url ?? '/', server.url);
      const forwarded = (url.protocol === 'http:' ? plainRequest : secureRequest)(url, {
        method: incoming.method ?? 'GET',
        agent,
        headers: { ...incoming.headers, host: url.host, ...headers },
      });
      forwarded.on('response', (response) => {
        if (isWatch && response.statusCode === 200) open.add(pathname);
        outgoing.writeHead(response.statusCode ?? 500, response.headers);
        outgoing.flushHeaders();
        response.pipe(outgoing);
        response.on('error', () => outgoing.destroy());
      });
      forwarded.on('error', () => outgoing.destroy());
      outgoing.on('close', () => {
        if (isWatch) open.delete(pathname);
        forwarded.destroy();
      });
      incoming.pipe(forwarded);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const client = createKubeClient(url, createTransport(plainConnection(url), 'sluice-test'));
  return {
    client,
    calls,
    isWatching: () => [...listed].every((path) => open.has(path)),
    breakConnections: () => proxy.closeAllConnections(),
    setReachable(wanted) {
      isReachable = wanted;
      if (!wanted) proxy.closeAllConnections();
    },
    async close() {
      client.close();
      direct.value.close();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
