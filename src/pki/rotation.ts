import { createPrivateKey, X509Certificate } from 'node:crypto';
import { err, ok, type Result } from '../lib/result.ts';
import type { Authority } from './authority.ts';
import { joinCertificates, readCertificates, validityOf } from './certificates.ts';
import { isRenewalDue } from './validity.ts';

/**
 * Authorities that follow each other. What each is for follows from their ages alone, so every replica that reads the
 * same ones decides the same, and nobody keeps a state.
 *
 * A new authority is trusted at once and signs only after `spreadMs`, when everyone has heard that it is to be trusted.
 * The one before it stays trusted until the last certificate that it signed has expired.
 */
export interface RotationRules {
  readonly spreadMs: number;
  readonly leafLifeMs: number;
}

export interface AuthorityRoles {
  /** Signs. */
  readonly signing: Authority;
  /** In order of age: those whose certificates are valid; `ca.crt`. */
  readonly trusted: readonly Authority[];
  /** Nobody needs them any more. */
  readonly retired: readonly Authority[];
  /** It is time to make the next one. */
  readonly isSuccessorDue: boolean;
}

export function rolesOf(
  authorities: readonly Authority[],
  rules: RotationRules,
  now: Date,
): AuthorityRoles | undefined {
  const byAge = authorities
    .map((authority) => ({ authority, validity: validityOf(new X509Certificate(authority.certificate)) }))
    .filter(({ validity }) => validity.notAfter > now)
    .sort((a, b) => a.validity.notBefore.getTime() - b.validity.notBefore.getTime());
  const ageOf = (entry: (typeof byAge)[number]): number => now.getTime() - entry.validity.notBefore.getTime();
  // With only one there is nobody to wait for.
  const signing = byAge.findLast((entry) => ageOf(entry) >= rules.spreadMs) ?? byAge[0];
  // One that a clock ahead of ours has made is nobody's successor before its time.
  const newest = byAge.findLast((entry) => ageOf(entry) >= 0);
  if (signing === undefined) return undefined;
  const hasTakenOver = ageOf(signing) >= rules.spreadMs + rules.leafLifeMs;
  const isNeeded = (entry: (typeof byAge)[number]): boolean =>
    !hasTakenOver || entry.validity.notBefore >= signing.validity.notBefore;
  const trusted = byAge.filter(isNeeded).map(({ authority }) => authority);
  return {
    signing: signing.authority,
    trusted,
    retired: authorities.filter((authority) => !trusted.includes(authority)),
    isSuccessorDue: newest === undefined || isRenewalDue(newest.validity, now),
  };
}

/** As they stand in a Secret: all certificates in one text, all keys in another. */
export interface AuthorityTexts {
  readonly certificates: string;
  readonly privateKeys: string;
}

export function writeAuthorities(authorities: readonly Authority[]): AuthorityTexts {
  return {
    certificates: joinCertificates(authorities.map(({ certificate }) => certificate)),
    privateKeys: authorities.map(({ privateKey }) => `${privateKey.trim()}\n`).join(''),
  };
}

const keyBlock = /-----BEGIN (?:EC )?PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END (?:EC )?PRIVATE KEY-----/g;

/** Every certificate with its key, whatever their order. */
export function readAuthorities({ certificates, privateKeys }: AuthorityTexts): Result<readonly Authority[]> {
  const read = readCertificates(certificates);
  if (!read.ok) return err(`the certificates: ${read.error}`);
  const keys = privateKeys.match(keyBlock) ?? [];
  const authorities: Authority[] = [];
  for (const certificate of read.value) {
    if (!certificate.ca) return err(`${certificate.subject} is not the certificate of an authority`);
    const privateKey = keys.find((key) => isKeyOf(certificate, key));
    if (privateKey === undefined) return err(`there is no private key for ${certificate.subject}`);
    authorities.push({ certificate: `${certificate.toString().trim()}\n`, privateKey: `${privateKey}\n` });
  }
  return ok(authorities);
}

function isKeyOf(certificate: X509Certificate, pem: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(pem));
  } catch {
    return false;
  }
}
