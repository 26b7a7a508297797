/** Why a connection came to nothing before a byte of xDS: few words, since they are labels of a metric. */
export type HandshakeFailure =
  | 'no certificate'
  | 'certificate expired'
  | 'certificate not trusted'
  | 'not trusted by the client'
  | 'no TLS'
  | 'gave up';

export interface RefusedHandshake {
  readonly reason: HandshakeFailure;
  /** A word of OpenSSL or the system, such as `SELF_SIGNED_CERT_IN_CHAIN`. Nothing that the client has written. */
  readonly code: string;
  /** IP address of the client; unknown if it was gone at once. */
  readonly from: string | undefined;
}

/** What ended a handshake. `authorizationError` is what was wrong with the certificate that the client has shown. */
interface Ended {
  readonly error: NodeJS.ErrnoException;
  readonly authorizationError: unknown;
}

export function readFailure({ error, authorizationError }: Ended): Pick<RefusedHandshake, 'reason' | 'code'> {
  if (typeof authorizationError === 'string') {
    const isLate = authorizationError === 'CERT_HAS_EXPIRED' || authorizationError === 'CERT_NOT_YET_VALID';
    return { reason: isLate ? 'certificate expired' : 'certificate not trusted', code: authorizationError };
  }
  const code = error.code ?? 'UNKNOWN';
  if (code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE') return { reason: 'no certificate', code };
  // Alerts are what the other side says of us.
  if (/^ERR_SSL_.*ALERT/.test(code)) return { reason: 'not trusted by the client', code };
  if (code.startsWith('ERR_SSL_')) return { reason: 'no TLS', code };
  return { reason: 'gave up', code };
}
