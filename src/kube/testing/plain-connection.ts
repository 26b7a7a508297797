import { Agent } from 'node:http';
import { ok } from '../../lib/result.ts';
import type { Connection } from '../connection.ts';

/** A server without TLS, called as nobody. */
export function plainConnection(server: string): Connection {
  const agent = new Agent({ keepAlive: true });
  return {
    server,
    credentials: async () => ok({ headers: {}, agent }),
    refused: () => undefined,
    close: () => agent.destroy(),
  };
}
