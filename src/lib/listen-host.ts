import { createServer } from 'node:net';

/**
 * The host to listen on: `::` takes callers of both families, and on a machine without IPv6 nobody could open it. There
 * `0.0.0.0` stands in its place, so that one way of starting fits all machines.
 */
export async function listenHost(host: string, canOpen: (host: string) => Promise<boolean> = opens): Promise<string> {
  return host === '::' && !(await canOpen('::')) ? '0.0.0.0' : host;
}

function opens(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, host, () => server.close(() => resolve(true)));
  });
}
