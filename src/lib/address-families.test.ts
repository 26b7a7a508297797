import { describe, expect, it } from 'vitest';
import { everyAddress, familiesOf } from './address-families.ts';

describe('the families of addresses of a pod', () => {
  it.each([
    ['10.1.2.3', { ipv4: true, ipv6: false }, '0.0.0.0'],
    ['10.1.2.3,fd00::3', { ipv4: true, ipv6: true }, '::'],
    ['fd00::3,10.1.2.3', { ipv4: true, ipv6: true }, '::'],
    ['fd00::3', { ipv4: false, ipv6: true }, '::'],
    ['', { ipv4: true, ipv6: false }, '0.0.0.0'],
    [undefined, { ipv4: true, ipv6: false }, '0.0.0.0'],
  ])('of %s are %o, and it listens on %s', (addresses, families, address) => {
    expect(familiesOf(addresses)).toEqual(families);
    expect(everyAddress(familiesOf(addresses))).toBe(address);
  });
});
