import './reflect.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { err, ok, type Result } from '../lib/result.ts';
import type { Authority } from './authority.ts';
import { generateKeys, privateKeyPem, readSigningKeys, signatureAlgorithm } from './key.ts';
import { clockSkewMs } from './validity.ts';

/** PEM texts. */
export interface Leaf {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface LeafRequest {
  /** Whoever reads the certificate sees this; nobody verifies it. At most 64 characters, as X.509 has it. */
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** Identity of a client: `spiffe://…`. */
  readonly uri?: string;
  readonly use: 'server' | 'client';
  readonly now: Date;
  /** Default: a day. It never outlives its authority. */
  readonly validMs?: number;
}

export const leafLifeMs = 24 * 3_600_000;

/** A certificate signed by the authority, with a key of its own. */
export async function issueLeaf(authority: Authority, request: LeafRequest): Promise<Result<Leaf>> {
  const signing = await readSigningKeys(authority.privateKey);
  if (!signing.ok) return err(`no certificate can be issued: ${signing.error}`);
  let issuer: X509Certificate;
  try {
    issuer = new X509Certificate(authority.certificate);
  } catch {
    return err('no certificate can be issued: the certificate of the authority is unreadable');
  }
  const { now, validMs = leafLifeMs } = request;
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: [{ CN: [request.commonName.slice(0, 64)] }],
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: signing.value.privateKey,
    signingAlgorithm: signatureAlgorithm,
    notBefore: new Date(now.getTime() - clockSkewMs),
    notAfter: new Date(Math.min(now.getTime() + validMs, issuer.notAfter.getTime())),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([
        request.use === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth,
      ]),
      new SubjectAlternativeNameExtension(alternativeNames(request)),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(signing.value.publicKey),
    ],
  });
  return ok({ certificate: `${certificate.toString('pem')}\n`, privateKey: await privateKeyPem(keys) });
}

function alternativeNames({ dnsNames = [], ipAddresses = [], uri }: LeafRequest) {
  return [
    ...dnsNames.map((value) => ({ type: 'dns', value }) as const),
    ...ipAddresses.map((value) => ({ type: 'ip', value }) as const),
    ...(uri === undefined ? [] : [{ type: 'url', value: uri } as const]),
  ];
}
