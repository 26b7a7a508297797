import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Authority, createAuthority } from '../../pki/authority.ts';
import type { AuthorityRoles } from '../../pki/rotation.ts';
import { gatewayCertificate, type SecretTexts } from './certificate.ts';
import type { ProvisionedGateway } from './gateway.ts';

const start = new Date('2026-11-21T00:00:00Z');
const later = (hours: number): Date => new Date(start.getTime() + hours * 3_600_000);
const gateway: ProvisionedGateway = {
  namespace: 'team-a',
  name: 'edge',
  uid: 'u',
  spec: { listeners: [], addresses: [], infrastructure: { labels: {}, annotations: {} } },
};

let first: Authority;
let second: Authority;
beforeAll(async () => {
  [first, second] = await Promise.all([
    createAuthority({ name: 'first', now: start }),
    createAuthority({ name: 'second', now: start }),
  ]);
});

const roles = (signing: Authority, ...trusted: Authority[]): AuthorityRoles => ({
  signing,
  trusted,
  retired: [],
  isSuccessorDue: false,
});

async function texts(existing: SecretTexts | undefined, authorities: AuthorityRoles, now: Date, of = gateway) {
  const result = await gatewayCertificate({ gateway: of, existing, authorities, now });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

describe('gatewayCertificate()', () => {
  it('issues one for the identity of the gateway, and leaves it alone for half of its life', async () => {
    const issued = await texts(undefined, roles(first, first), start);
    const leaf = new X509Certificate(issued['tls.crt'] ?? '');
    expect(leaf.subjectAltName).toBe('URI:spiffe://sluice.dev/ns/team-a/gateway/edge');
    expect(issued['ca.crt']).toBe(first.certificate);
    expect(await texts(issued, roles(first, first), later(11))).toBe(issued);
    const renewed = await texts(issued, roles(first, first), later(12));
    expect(renewed['tls.crt']).not.toBe(issued['tls.crt']);
    expect(renewed['tls.key']).not.toBe(issued['tls.key']);
  });

  it('trusts a new authority without a new certificate, and changes it when that one signs', async () => {
    const issued = await texts(undefined, roles(first, first), start);
    const announced = await texts(issued, roles(first, first, second), later(1));
    expect(announced).toEqual({ ...issued, 'ca.crt': first.certificate + second.certificate });
    const changed = await texts(announced, roles(second, first, second), later(2));
    expect(new X509Certificate(changed['tls.crt'] ?? '').issuer).toBe('CN=second');
    expect(await texts(changed, roles(second, first, second), later(3))).toBe(changed);
  });

  it('verifies the same texts once, and again when something else is expected of them', async () => {
    const issued = await texts(undefined, roles(first, first), start);
    let reads = 0;
    const counted: SecretTexts = {
      ...issued,
      get 'tls.key'() {
        reads += 1;
        return issued['tls.key'] ?? '';
      },
    };
    const other = { ...gateway, name: 'other' };
    const isKept = async (authorities: AuthorityRoles, hours: number, of = gateway): Promise<boolean> =>
      (await texts(counted, authorities, later(hours), of)) === counted;
    for (let look = 0; look < 100; look++) expect(await isKept(roles(first, first), 1)).toBe(true);
    expect(reads).toBe(1);
    expect(await isKept(roles(second, first, second), 1)).toBe(false);
    expect(await isKept(roles(first, first), 1, other)).toBe(false);
    expect(await isKept(roles(first, first), 12)).toBe(false);
    expect(reads).toBe(4);
  });

  it('replaces what somebody else put there', async () => {
    const issued = await texts(undefined, roles(first, first), start);
    const ofOther = await texts(undefined, roles(first, first), start, { ...gateway, name: 'other' });
    for (const wrong of [ofOther, { ...issued, 'tls.key': 'x' }, { 'tls.crt': 'x', 'tls.key': 'y' }, {}]) {
      const mended = await texts(wrong, roles(first, first), later(1));
      expect(new X509Certificate(mended['tls.crt'] ?? '').subjectAltName).toContain('/gateway/edge');
    }
  });
});
