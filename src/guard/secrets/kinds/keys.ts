import { issued, type SecretKind } from '../kind.ts';

/**
 * Longest key that is taken as one finding; a longer one is cut here. RSA of 16,384 bits takes 13,000 characters, large
 * PGP blocks 20,000. What follows the cut cannot be told from a certificate without remembering the whole key, which a
 * detector without state and with little left context does not; so the bound is above all keys in use.
 */
export const privateKeyBound = 32_768;

export const keyKinds: readonly SecretKind[] = [
  issued(
    'private-key',
    'private key (PKCS#1, PKCS#8, EC, DSA, OpenSSH, PGP)',
    '-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP |SSH2 ENCRYPTED |ANY )?PRIVATE KEY(?: BLOCK)?-----',
    {
      check: 'pem-body',
      startsAnywhere: true,
      entropy: 0,
    },
  ),
  issued(
    'putty-private-key',
    'PuTTY private key',
    'Private-Lines: [0-9]{1,3}[\\r\\n]{1,2}<[A-Za-z0-9+/=\\r\\n]{64,8192}>',
    { entropy: 4 },
  ),
  issued('age-secret-key', 'age secret key', 'AGE-SECRET-KEY-(?:1|PQ-1)[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}', {
    entropy: 3.5,
  }),
  issued(
    'json-web-token',
    'JSON web token',
    'eyJ[A-Za-z0-9_-]{14,1000}[.][A-Za-z0-9_-]{10,16000}(?:[.][A-Za-z0-9_-]{0,1000})?',
    {
      check: 'jwt-header',
      entropy: 3.5,
    },
  ),
  issued('json-web-key-private', 'private part of a JSON web key', '"d"[ ]{0,2}:[ ]{0,2}"<[A-Za-z0-9_-]{43,720}>"', {
    entropy: 4,
  }),
  issued('wireguard-private-key', 'WireGuard private key', 'PrivateKey[ ]{0,2}=[ ]{0,2}<[A-Za-z0-9+/]{43}=>', {
    entropy: 3.5,
  }),
];
