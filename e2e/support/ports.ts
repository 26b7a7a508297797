import { connect, createServer } from 'node:net';
import { until } from './until.ts';

/**
 * Below what systems hand out by themselves, so that no connection or other test gets a port between the look and its use;
 * and so low that the bus of a Redis Cluster, 10,000 above, is below that as well.
 */
const lowest = 11_000;
const count = 10_000;
let last = Math.floor(Math.random() * count);

/** A port that was free a moment ago, another one with each call. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < count; tries++) {
    last = (last + 1) % count;
    if (await isFree(lowest + last)) return lowest + last;
  }
  throw new Error('no port');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .on('error', () => resolve(false))
      .on('listening', () => server.close(() => resolve(true)))
      .listen(port, '127.0.0.1');
  });
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
