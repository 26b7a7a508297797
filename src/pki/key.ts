import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { err, ok, type Result } from '../lib/result.ts';

export type KeyPair = webcrypto.CryptoKeyPair;

/** P-256 with SHA-256: what every TLS implementation takes, and signatures are cheap. */
export const signatureAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export function generateKeys(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(signatureAlgorithm, true, ['sign', 'verify']);
}

export async function privateKeyPem({ privateKey }: KeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

/** A private key that can sign with our algorithm, from PEM. The error holds nothing of it. */
export async function readSigningKeys(pem: string): Promise<Result<KeyPair>> {
  try {
    const key = createPrivateKey(pem);
    const privateDer = key.export({ type: 'pkcs8', format: 'der' });
    const publicDer = createPublicKey(key).export({ type: 'spki', format: 'der' });
    return ok({
      privateKey: await webcrypto.subtle.importKey('pkcs8', privateDer, signatureAlgorithm, true, ['sign']),
      publicKey: await webcrypto.subtle.importKey('spki', publicDer, signatureAlgorithm, true, ['verify']),
    });
  } catch {
    return err('the private key is not an EC key on P-256 in PEM');
  }
}
