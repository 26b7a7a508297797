/**
 * A provider that answers only who shows a certificate of the right authority, and says which ones it was shown:
 *   mutual-provider.ts '{"callers":"-----BEGIN…","certificates":[{"certificate":"-----BEGIN…","privateKey":"-----BEGIN…"}]}'
 * It shows the first of its own certificates; SIGHUP goes on to the next. Connections do not last, as with providers behind
 * load balancers, so that whoever calls shows its certificate again and again.
 *   shown 0113AB… by 10.244.0.7   the serial number, once for each and each caller
 *   shows 1                       which of its own it shows since then
 */
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';

interface MutualPlan {
  /** Who signs certificates of callers. */
  readonly callers: string;
  readonly certificates: readonly { readonly certificate: string; readonly privateKey: string }[];
}

const { callers, certificates } = JSON.parse(process.argv[2] ?? '{}') as MutualPlan;
const contexts = certificates.map(({ certificate, privateKey }) => ({
  cert: certificate,
  key: privateKey,
  ca: callers,
}));
const shown = new Set<string>();
let current = 0;
let refused = 0;

const options = { ...contexts[current], requestCert: true, rejectUnauthorized: true };
const server = createServer(options, (request, response) => {
  const socket = request.socket as TLSSocket;
  const { serialNumber } = socket.getPeerCertificate();
  const seen = `${serialNumber} by ${socket.remoteAddress}`;
  if (!shown.has(seen)) console.log(`shown ${seen}`);
  shown.add(seen);
  request.resume();
  request.once('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ object: 'chat.completion', choices: [], client: serialNumber }));
  });
});
server.maxRequestsPerSocket = 5;
server.on('tlsClientError', () => refused++);
server.listen(8443, '0.0.0.0', () => console.log('started'));

process.on('SIGHUP', () => {
  current = (current + 1) % contexts.length;
  server.setSecureContext(contexts[current] ?? {});
  console.log(`shows ${current}`);
});
process.once('SIGTERM', () => {
  console.log(JSON.stringify({ refused }));
  process.exit(0);
});
