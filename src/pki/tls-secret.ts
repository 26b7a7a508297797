import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { err, ok, type Result } from '../lib/result.ts';
import { readCertificates, validityOf } from './certificates.ts';
import type { Validity } from './validity.ts';

/** The content of a Secret of type `kubernetes.io/tls`: PEM texts. */
export interface TlsSecret {
  /** `tls.crt`: the own certificate, then those between it and the authority. */
  readonly certificate: string;
  /** `tls.key` */
  readonly privateKey: string;
  /** `ca.crt`: who may sign the certificate of the other side. */
  readonly authorities?: string;
  readonly validity: Validity;
  /** Of the own certificate. */
  readonly leaf: X509Certificate;
}

/** Parses and checks it, so that nothing unusable goes into force. No error quotes the key. */
export function readTlsSecret(data: Readonly<Record<string, string | undefined>>, now: Date): Result<TlsSecret> {
  const { 'tls.crt': certificate, 'tls.key': privateKey, 'ca.crt': authorities } = data;
  if (!certificate) return err('tls.crt is missing');
  if (!privateKey) return err('tls.key is missing');
  const chain = readCertificates(certificate);
  if (!chain.ok) return err(`tls.crt: ${chain.error}`);
  const [leaf] = chain.value;
  if (leaf === undefined) return err('tls.crt is missing');
  const isMatch = matches(leaf, privateKey);
  if (!isMatch.ok) return err(`tls.key: ${isMatch.error}`);
  const validity = validityOf(leaf);
  if (validity.notAfter <= now) return err(`tls.crt expired at ${validity.notAfter.toISOString()}`);
  if (authorities) {
    const trusted = readCertificates(authorities);
    if (!trusted.ok) return err(`ca.crt: ${trusted.error}`);
    if (!trusted.value.every(({ ca }) => ca)) return err('ca.crt: a certificate in it is not one of an authority');
  }
  return ok({ certificate, privateKey, validity, leaf, ...(authorities && { authorities }) });
}

function matches(leaf: X509Certificate, privateKey: string): Result<void> {
  try {
    return leaf.checkPrivateKey(createPrivateKey(privateKey)) ? ok(undefined) : err('it is not the key of tls.crt');
  } catch {
    return err('it is not an unencrypted private key in PEM');
  }
}
