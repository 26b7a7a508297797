import { createSecureContext } from 'node:tls';
import { experimental, type ServerCredentials } from '@grpc/grpc-js';

/** PEM texts. With `clientCa` only clients that show a certificate signed by it are served. */
export interface XdsServerTls {
  readonly certificate: string;
  readonly privateKey: string;
  readonly clientCa?: string;
}

export interface ReloadableCredentials {
  readonly credentials: ServerCredentials;
  /** New connections see the new certificates; open ones stay. Throws, and keeps the old ones, when they are unusable. */
  reload(tls: XdsServerTls): void;
}

type IdentityListener = experimental.IdentityCertificateUpdateListener;
type CaListener = experimental.CaCertificateUpdateListener;

/** Credentials of the port whose certificates can be replaced while it is open. */
export function reloadableCredentials(initial: XdsServerTls): ReloadableCredentials {
  assertUsable(initial);
  let current = initial;
  const identityListeners = new Set<IdentityListener>();
  const caListeners = new Set<CaListener>();
  const identity = () => ({
    certificate: Buffer.from(current.certificate),
    privateKey: Buffer.from(current.privateKey),
  });
  const ca = () => (current.clientCa === undefined ? null : { caCertificate: Buffer.from(current.clientCa) });
  const provider: experimental.CertificateProvider = {
    addIdentityCertificateListener(listener) {
      identityListeners.add(listener);
      // Not at once: grpc-js calls this before it listens itself, and would miss it.
      queueMicrotask(() => listener(identity()));
    },
    removeIdentityCertificateListener: (listener) => void identityListeners.delete(listener),
    addCaCertificateListener(listener) {
      caListeners.add(listener);
      queueMicrotask(() => listener(ca()));
    },
    removeCaCertificateListener: (listener) => void caListeners.delete(listener),
  };
  return {
    // The parameters are (identity, CA, whether clients must have a certificate); the published types swap the first two.
    credentials: experimental.createCertificateProviderServerCredentials(
      provider,
      initial.clientCa === undefined ? null : provider,
      initial.clientCa !== undefined,
    ),
    reload(tls) {
      if ((tls.clientCa === undefined) !== (initial.clientCa === undefined)) {
        throw new Error('Whether clients need a certificate cannot change while the port is open.');
      }
      assertUsable(tls);
      current = tls;
      for (const listener of caListeners) listener(ca());
      for (const listener of identityListeners) listener(identity());
    },
  };
}

/** grpc-js drops every connection when it cannot use what it is given. */
function assertUsable(tls: XdsServerTls): void {
  createSecureContext({ cert: tls.certificate, key: tls.privateKey, ca: tls.clientCa });
}
