import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { blockFault } from './blocks.ts';

/** The curves that Envoy takes in a certificate of its own; it verifies signatures of others, and shows none of them. */
const curves: readonly string[] = ['prime256v1', 'secp384r1', 'secp521r1'];
const leastRsaBits = 2048;

/**
 * What is wrong with a certificate, the chain behind it and its key, all as PEM: whatever Envoy refuses, for a refused
 * certificate takes its listener with it. Nothing where they are a pair. Says nothing of what they hold.
 */
export function pairFault(certificate: string, privateKey: string): string | undefined {
  const inChain = blockFault(certificate);
  if (inChain !== undefined && inChain.block > 1) return `block ${inChain.block} of its chain ${inChain.fault}`;
  const first = readable(() => new X509Certificate(certificate));
  if (inChain !== undefined || first === undefined) return 'its certificate cannot be read';
  const key = readable(() => createPrivateKey(privateKey));
  if (key === undefined) {
    const isEncrypted = /ENCRYPTED/.test(privateKey);
    return isEncrypted ? 'its private key is encrypted' : 'its private key cannot be read';
  }
  if (!first.checkPrivateKey(key)) return 'its private key is not that of its certificate';
  return keyFault(key);
}

function keyFault({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string | undefined {
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails;
  if (asymmetricKeyType === 'rsa') {
    return modulusLength >= leastRsaBits
      ? undefined
      : `its RSA key has ${modulusLength} bits, of ${leastRsaBits} at least`;
  }
  if (asymmetricKeyType === 'ec') {
    return curves.includes(namedCurve) ? undefined : `its key is on the curve ${namedCurve}, not P-256, P-384 or P-521`;
  }
  if (asymmetricKeyType === 'ed25519') return undefined;
  return `its key is of the type ${asymmetricKeyType}, not RSA, ECDSA or Ed25519`;
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
