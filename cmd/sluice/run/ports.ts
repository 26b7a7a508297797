import { once } from 'node:events';
import { createServer } from 'node:net';

/** `elsewhere`: the address is none of this machine. */
export type Obstacle = 'in use' | 'not allowed' | 'elsewhere';

const byCode: Readonly<Record<string, Obstacle>> = {
  EADDRINUSE: 'in use',
  EACCES: 'not allowed',
  EADDRNOTAVAIL: 'elsewhere',
};

/** Why nobody can listen there. Found out by listening for a moment. What else may be wrong Envoy will name. */
export async function obstacleAt(host: string, port: number): Promise<Obstacle | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return byCode[(error as NodeJS.ErrnoException).code ?? ''];
  } finally {
    server.close();
  }
}
