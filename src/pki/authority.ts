import './reflect.ts';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { generateKeys, privateKeyPem, signatureAlgorithm } from './key.ts';
import { clockSkewMs } from './validity.ts';

/** PEM texts: a certificate that signs others, and its key. */
export interface Authority {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface AuthorityOptions {
  readonly name: string;
  readonly now: Date;
  /** Default: ten years. */
  readonly validMs?: number;
}

const authorityLifeMs = 10 * 365 * 24 * 3_600_000;

/** A new certificate authority, which signs certificates of servers and clients and no other authorities. */
export async function createAuthority({ name, now, validMs = authorityLifeMs }: AuthorityOptions): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: signatureAlgorithm,
    notBefore: new Date(now.getTime() - clockSkewMs),
    notAfter: new Date(now.getTime() + validMs),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, privateKey: await privateKeyPem(keys) };
}
