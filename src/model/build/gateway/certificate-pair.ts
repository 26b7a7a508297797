import { createPrivateKey, X509Certificate } from 'node:crypto';

/** What is wrong with a certificate and its key, both as PEM; nothing where they are a pair. Says nothing of what they hold. */
export function pairFault(certificate: string, privateKey: string): string | undefined {
  const first = readable(() => new X509Certificate(certificate));
  if (first === undefined) return 'its certificate cannot be read';
  const key = readable(() => createPrivateKey(privateKey));
  if (key === undefined) return 'its private key cannot be read';
  return first.checkPrivateKey(key) ? undefined : 'its private key is not that of its certificate';
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
