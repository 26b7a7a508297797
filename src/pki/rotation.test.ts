import { describe, expect, it } from 'vitest';
import { type Authority, createAuthority } from './authority.ts';
import { issueLeaf } from './leaf.ts';
import { type RotationRules, readAuthorities, rolesOf, writeAuthorities } from './rotation.ts';

const hour = 3_600_000;
const rules: RotationRules = { spreadMs: hour, leafLifeMs: 24 * hour };
const start = new Date('2026-01-01T00:00:00Z');
const later = (hours: number): Date => new Date(start.getTime() + hours * hour);

/** One hundred days of life each; the second is made at half of the first. */
async function authorities(): Promise<{ readonly first: Authority; readonly second: Authority }> {
  const validMs = 100 * 24 * hour;
  return {
    first: await createAuthority({ name: 'first', now: start, validMs }),
    second: await createAuthority({ name: 'second', now: later(50 * 24), validMs }),
  };
}

const handover = 50 * 24;

describe('rolesOf()', () => {
  it('lets the only authority sign from its first moment, and wants a successor at half of its life', async () => {
    const { first } = await authorities();
    expect(rolesOf([first], rules, start)).toEqual({
      signing: first,
      trusted: [first],
      retired: [],
      isSuccessorDue: false,
    });
    expect(rolesOf([first], rules, later(handover - 1))?.isSuccessorDue).toBe(false);
    expect(rolesOf([first], rules, later(handover))?.isSuccessorDue).toBe(true);
  });

  it('trusts a new authority before it signs, and the old one until its last leaf has expired', async () => {
    const { first, second } = await authorities();
    const both = [second, first];
    expect(rolesOf(both, rules, later(handover))).toMatchObject({
      signing: first,
      trusted: [first, second],
      isSuccessorDue: false,
    });
    expect(rolesOf(both, rules, later(handover + 1))).toMatchObject({ signing: second, trusted: [first, second] });
    expect(rolesOf(both, rules, later(handover + 24))).toMatchObject({ trusted: [first, second], retired: [] });
    expect(rolesOf(both, rules, later(handover + 25))).toMatchObject({ trusted: [second], retired: [first] });
    expect(rolesOf(both, rules, later(handover + 25))?.isSuccessorDue).toBe(false);
  });

  it('wants one successor of an authority that a clock ahead has made, not one at every look', async () => {
    const early = await createAuthority({ name: 'early', now: later(8), validMs: 100 * 24 * hour });
    expect(rolesOf([early], rules, start)).toMatchObject({ signing: early, isSuccessorDue: true });
    const successor = await createAuthority({ name: 'successor', now: start, validMs: 100 * 24 * hour });
    for (const hours of [0, 0.5, 2, 8.5, 10]) {
      const roles = rolesOf([early, successor], rules, later(hours));
      expect(roles?.isSuccessorDue, `${hours} h`).toBe(false);
      expect(roles?.trusted, `${hours} h`).toHaveLength(2);
      expect(roles?.signing, `${hours} h`).toBe(hours < 9 ? successor : early);
    }
  });

  it('trusts at every moment whoever can have signed a leaf that is still valid', async () => {
    const { first, second } = await authorities();
    for (let hours = handover - 26; hours < handover + 30; hours += 2) {
      const known = hours < handover ? [first] : [first, second];
      const signing = rolesOf(known, rules, later(hours))?.signing;
      for (let use = 0; use <= 24; use += 4) {
        const knownThen = hours + use < handover ? [first] : [first, second];
        expect(rolesOf(knownThen, rules, later(hours + use - 0.01))?.trusted).toContain(signing);
      }
    }
  });

  it('has nobody sign when all have expired', async () => {
    const { first } = await authorities();
    expect(rolesOf([first], rules, later(101 * 24))).toBeUndefined();
  });
});

describe('readAuthorities()', () => {
  it('finds each certificate its key, whatever their order', async () => {
    const { first, second } = await authorities();
    const { certificates } = writeAuthorities([first, second]);
    const { privateKeys } = writeAuthorities([second, first]);
    expect(readAuthorities({ certificates, privateKeys })).toEqual({ ok: true, value: [first, second] });
  });

  it('takes nobody for an authority who may not sign', async () => {
    const { first } = await authorities();
    const leaf = await issueLeaf(first, { commonName: 'pod', use: 'client', now: start });
    if (!leaf.ok) throw new Error(leaf.error);
    const texts = { certificates: leaf.value.certificate, privateKeys: leaf.value.privateKey };
    expect(readAuthorities(texts)).toEqual({ ok: false, error: 'CN=pod is not the certificate of an authority' });
  });

  it('says whose key is missing', async () => {
    const { first, second } = await authorities();
    const texts = { ...writeAuthorities([first, second]), privateKeys: first.privateKey };
    expect(readAuthorities(texts)).toEqual({ ok: false, error: 'there is no private key for CN=second' });
  });
});
