import { existsSync } from 'node:fs';

/** Where distributions keep the bundle of certificates they trust. */
const places = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Alpine
  '/etc/pki/tls/certs/ca-bundle.crt', // Fedora, RHEL
  '/etc/ssl/ca-bundle.pem', // SUSE
  '/etc/ssl/cert.pem', // macOS, Alpine
];

/**
 * The certificates that public providers are verified against. Envoy has none of its own, and reads this file itself,
 * so it must be a path on Envoy's machine. `SSL_CERT_FILE` wins, as with other programs.
 */
export function systemCaFile(env: NodeJS.ProcessEnv): string {
  return env.SSL_CERT_FILE || (places.find((place) => existsSync(place)) ?? '/etc/ssl/certs/ca-certificates.crt');
}
