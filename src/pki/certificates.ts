import { X509Certificate } from 'node:crypto';
import { err, ok, type Result } from '../lib/result.ts';
import type { Validity } from './validity.ts';

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Every certificate of a PEM text, in order; text between them is a comment. At least one. */
export function readCertificates(pem: string): Result<readonly X509Certificate[]> {
  const blocks = pem.match(block) ?? [];
  if (blocks.length === 0) return err('there is no certificate in it (-----BEGIN CERTIFICATE-----)');
  try {
    return ok(blocks.map((text) => new X509Certificate(text)));
  } catch {
    return err('a certificate in it is unreadable');
  }
}

export function validityOf(certificate: X509Certificate): Validity {
  return { notBefore: new Date(certificate.validFrom), notAfter: new Date(certificate.validTo) };
}

/** One text of several, without repetitions, as `ca.crt` wants it. */
export function joinCertificates(pems: readonly string[]): string {
  return [...new Set(pems.map((pem) => `${pem.trim()}\n`))].join('');
}
