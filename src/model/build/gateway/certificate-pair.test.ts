import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../e2e/support/certificates.ts';
import { pairFault } from './certificate-pair.ts';

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
});
