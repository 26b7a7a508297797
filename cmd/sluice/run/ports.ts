import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether something listens there already. Found out by listening for a moment. */
export async function isPortBusy(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return false;
  } catch (error) {
    // An address that is not ours or a port that needs more rights is another problem, which Envoy will name.
    return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  } finally {
    server.close();
  }
}
