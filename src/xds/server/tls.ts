import { createServer, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { type RefusedHandshake, readFailure } from './handshake.ts';

/** PEM texts. With `clientCa` only clients that show a certificate signed by it are served. */
export interface XdsServerTls {
  readonly certificate: string;
  readonly privateKey: string;
  readonly clientCa?: string;
}

export interface TlsPort {
  listen(address: { readonly host: string; readonly port: number }): Promise<{ readonly port: number }>;
  /** New connections see the new certificates; open ones stay. Throws, and keeps the old ones, when they are unusable. */
  reload(tls: XdsServerTls): void;
  /** Nobody else gets in. Who is in stays. */
  close(): void;
}

export interface TlsPortEvents {
  onConnection(socket: TLSSocket): void;
  onRefused(refused: RefusedHandshake): void;
}

const handshakeTimeoutMs = 10_000;

/**
 * A port whose certificates can be replaced while it is open. TLS ends here and not in grpc-js, which tells nobody of
 * handshakes that fail: a proxy with the wrong certificate would try for ever without a word on this side.
 */
export function tlsPort(initial: XdsServerTls, events: TlsPortEvents): TlsPort {
  assertUsable(initial);
  let current = initial;
  const shakingHands = new Set<Socket>();

  /** With a TLS server for each connection: of one that is closed already, Node's events do not say whose it was. */
  const port = createServer((raw) => {
    const from = raw.remoteAddress;
    shakingHands.add(raw);
    const server = createTlsServer({ ...optionsOf(current), handshakeTimeout: handshakeTimeoutMs });
    server.on('secureConnection', (socket) => {
      shakingHands.delete(raw);
      // One that breaks off is the business of its HTTP/2 session, but for the moment before that begins.
      socket.on('error', () => undefined);
      events.onConnection(socket);
    });
    server.on('tlsClientError', (error, { authorizationError }) => {
      // Those that are ended here, on the way out, were not refused.
      if (!shakingHands.delete(raw)) return;
      events.onRefused({ ...readFailure({ error, authorizationError }), from });
    });
    server.emit('connection', raw);
  });

  return {
    listen({ host, port: wanted }) {
      return new Promise((resolve, reject) => {
        port.once('error', reject);
        port.listen({ host, port: wanted }, () => {
          port.off('error', reject);
          const address = port.address();
          resolve({ port: typeof address === 'object' && address !== null ? address.port : wanted });
        });
      });
    },
    reload(tls) {
      if ((tls.clientCa === undefined) !== (initial.clientCa === undefined)) {
        throw new Error('Whether clients need a certificate cannot change while the port is open.');
      }
      assertUsable(tls);
      current = tls;
    },
    close() {
      port.close();
      for (const raw of [...shakingHands]) {
        shakingHands.delete(raw);
        raw.destroy();
      }
    },
  };
}

function optionsOf({ certificate, privateKey, clientCa }: XdsServerTls) {
  const isAsked = clientCa !== undefined;
  return {
    cert: certificate,
    key: privateKey,
    ca: clientCa,
    ALPNProtocols: ['h2'],
    requestCert: isAsked,
    // By Node, while hands are shaken: who resumes a session that was let in without a certificate counts as verified.
    rejectUnauthorized: isAsked,
  };
}

/** Every connection would be dropped with what cannot be used. */
function assertUsable(tls: XdsServerTls): void {
  createSecureContext({ cert: tls.certificate, key: tls.privateKey, ca: tls.clientCa });
}
