import { describe, expect, it } from 'vitest';
import { certificateTable } from '../../../../e2e/support/certificate-table.ts';
import { createAuthority } from '../../../../e2e/support/certificates.ts';
import { pairFault } from './pair.ts';

const authority = createAuthority('test');
const [one, other] = [authority.issue('one.example.com'), authority.issue('other.example.com')];

describe('pairFault()', () => {
  it('finds nothing wrong with a pair, also with the chain behind it', () => {
    expect(pairFault(one.certificate, one.privateKey)).toBeUndefined();
    expect(pairFault(`${one.certificate}\n${authority.certificate}`, one.privateKey)).toBeUndefined();
  });

  it.each([
    ['its certificate cannot be read', 'text', one.privateKey],
    ['its certificate cannot be read', one.privateKey, one.privateKey],
    ['its private key cannot be read', one.certificate, 'text'],
    ['its private key cannot be read', one.certificate, one.certificate],
    ['its private key is not that of its certificate', one.certificate, other.privateKey],
  ])('says that %s', (fault, certificate, privateKey) => {
    expect(pairFault(certificate, privateKey)).toBe(fault);
  });

  // That a real Envoy sees them so, and which it takes, is tested in e2e/envoy/certificates-taken.test.ts.
  it.each([
    ['RSA, 1024 bits', 'its RSA key has 1024 bits, of 2048 at least'],
    ['RSA for PSS alone', 'its key is of the type rsa-pss, not RSA, ECDSA or Ed25519'],
    ['secp224r1', 'its key is on the curve secp224r1, not P-256, P-384 or P-521'],
    ['Ed448', 'its key is of the type ed448, not RSA, ECDSA or Ed25519'],
    ['an encrypted key, PKCS #1', 'its private key is encrypted'],
    ['an encrypted key, PKCS #8', 'its private key is encrypted'],
    ['a second block that is no certificate', 'block 2 of its chain cannot be read'],
    ['a second block that is no base64', 'block 2 of its chain cannot be read'],
    ['a second block that is cut off', 'block 2 of its chain has no end'],
    ['a third block that is no certificate', 'block 3 of its chain cannot be read'],
    ['a byte order mark', 'its certificate cannot be read'],
    ['CRLF', undefined],
    ['text before, between and behind', undefined],
  ])('of %s says %s', (name, fault) => {
    const { certificate, privateKey } = certificateTable[name] ?? { certificate: '', privateKey: '' };
    expect(pairFault(certificate, privateKey)).toBe(fault);
  });
});
