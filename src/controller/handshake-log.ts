import type { Logger } from '../lib/log.ts';
import type { HandshakeFailure, RefusedHandshake } from '../xds/server/handshake.ts';

/** A proxy that is refused tries again for as long as it lives; while it does, this is said again after this time. */
const againMs = 60_000;

const remedies: Readonly<Record<HandshakeFailure, string>> = {
  'no certificate': 'give it a certificate that the authority of this port has signed',
  'certificate expired': 'renew its certificate, and look at the clocks of both machines',
  'certificate not trusted': 'give it a certificate that the authority of this port has signed',
  'not trusted by the client': 'give it the authority that has signed the certificate of this port',
  'no TLS': 'have it use TLS, in version 1.2 or later',
  'gave up': 'look at what it says itself, unless somebody merely asks whether the port is open',
};

/** Says who cannot connect and why, reason by reason: a few lines a minute, however many try. */
export function createHandshakeLog(
  log: Logger,
  now: () => number = () => performance.now(),
): (refused: RefusedHandshake) => void {
  const told = new Map<HandshakeFailure, { atMs: number; untold: number }>();
  return ({ reason, code, from }) => {
    const last = told.get(reason);
    if (last !== undefined && now() - last.atMs < againMs) {
      last.untold++;
      return;
    }
    const untold = last?.untold ?? 0;
    told.set(reason, { atMs: now(), untold: 0 });
    const fields = { reason, code, ...(from !== undefined && { from }), ...(untold > 0 && { untold }) };
    if (reason === 'gave up') log.info({ ...fields, remedy: remedies[reason] }, 'a client ended its TLS handshake');
    else log.warn({ ...fields, remedy: remedies[reason] }, 'a client was refused in its TLS handshake');
  };
}
