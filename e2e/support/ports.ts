import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { until } from './until.ts';

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Until somebody listens. Envoy opens the port of a listener when it has all of its configuration. */
export async function accepting(port: number): Promise<void> {
  await until(`port ${port} is open`, () => isOpen(port), { limitMs: 20_000 });
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
