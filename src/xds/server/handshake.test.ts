import { expect, it } from 'vitest';
import { readFailure } from './handshake.ts';

it.each([
  ['ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', null, 'no certificate'],
  // Node ends the connection by itself, and says what it found of the certificate beside it.
  ['ECONNRESET', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate not trusted'],
  ['ECONNRESET', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate not trusted'],
  ['ECONNRESET', 'CERT_HAS_EXPIRED', 'certificate expired'],
  ['ECONNRESET', 'CERT_NOT_YET_VALID', 'certificate expired'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', null, 'not trusted by the client'],
  ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', null, 'not trusted by the client'],
  ['ERR_SSL_HTTP_REQUEST', null, 'no TLS'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', null, 'no TLS'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', null, 'no TLS'],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', null, 'gave up'],
  ['ECONNRESET', null, 'gave up'],
])('%s with %s is: %s', (code, authorizationError, reason) => {
  const error = Object.assign(new Error('in words'), { code });
  const { reason: read, code: shown } = readFailure({ error, authorizationError });
  expect(read).toBe(reason);
  expect(shown).toBe(authorizationError ?? code);
});
