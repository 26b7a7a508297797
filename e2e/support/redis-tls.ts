import { once } from 'node:events';
import { connect } from 'node:net';
import { createServer } from 'node:tls';
import { freePort } from './ports.ts';
import { type ServerTls, startRedis } from './redis.ts';

export interface TlsRedis {
  readonly port: number;
  stop(): Promise<void>;
}

/** A Redis that speaks TLS: by itself where it was built for it, else behind a front that does. */
export async function startTlsRedis(tls: ServerTls): Promise<TlsRedis> {
  try {
    return await startRedis({ tls });
  } catch (error) {
    // What builds without TLS say about `tls-port`.
    if (!String(error).includes('Bad directive')) throw error;
    return startBehindFront(tls);
  }
}

async function startBehindFront({ certificate, privateKey, clientAuthority }: ServerTls): Promise<TlsRedis> {
  const redis = await startRedis();
  const clients = clientAuthority === undefined ? {} : { ca: clientAuthority, requestCert: true };
  const front = createServer({ cert: certificate, key: privateKey, ...clients }, (socket) => {
    const behind = connect(redis.port, '127.0.0.1');
    socket.pipe(behind).pipe(socket);
    for (const end of [socket, behind]) {
      end.on('error', () => end.destroy());
    }
  });
  const port = await freePort();
  await once(front.listen(port, '127.0.0.1'), 'listening');
  return {
    port,
    async stop() {
      front.close();
      await redis.stop();
    },
  };
}
