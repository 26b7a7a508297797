import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../e2e/support/certificates.ts';
import { alternativeNames, peerOf } from './peer.ts';

describe('alternativeNames()', () => {
  it('reads names of all kinds', () => {
    expect(alternativeNames('URI:spiffe://sluice.dev/ns/a/gateway/b, DNS:b.a.svc, IP Address:10.0.0.1')).toEqual([
      ['URI', 'spiffe://sluice.dev/ns/a/gateway/b'],
      ['DNS', 'b.a.svc'],
      ['IP Address', '10.0.0.1'],
    ]);
    expect(alternativeNames('')).toEqual([]);
  });

  it('sees no identity inside another name', () => {
    expect(alternativeNames(`DNS:"a, URI:spiffe://sluice.dev/ns/a/gateway/b"`)).toEqual([
      ['DNS', 'a, URI:spiffe://sluice.dev/ns/a/gateway/b'],
    ]);
    expect(alternativeNames(String.raw`DNS:"a\", URI:spiffe://x"`)).toEqual([['DNS', 'a", URI:spiffe://x']]);
  });

  it('takes nothing from a text that it cannot read', () => {
    expect(alternativeNames('URI:spiffe://a, "')).toEqual([]);
    expect(alternativeNames('URI:spiffe://a"b, URI:spiffe://c')).toEqual([]);
  });
});

describe('peerOf()', () => {
  it('reads a hostile name as what it is', () => {
    const { certificate } = createAuthority('ca').issue('a, URI:spiffe://sluice.dev/ns/x/gateway/y', 'b.example.com');
    expect(peerOf(new X509Certificate(certificate).raw)).toEqual({
      uris: [],
      dnsNames: ['a, URI:spiffe://sluice.dev/ns/x/gateway/y', 'b.example.com'],
    });
  });
});
