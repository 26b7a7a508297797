import { describe, expect, it } from 'vitest';
import { type Grant, isGranted } from './grants.ts';

const from = { group: 'sluice.dev', kind: 'Model', namespace: 'team-a' };
const to = { group: 'sluice.dev', kind: 'Provider', namespace: 'shared', name: 'openai' };
const grant: Grant = {
  namespace: 'shared',
  from: [from],
  to: [{ group: 'sluice.dev', kind: 'Provider' }],
};

describe('isGranted()', () => {
  it('asks nobody within a namespace', () => {
    expect(isGranted([], from, { ...to, namespace: 'team-a' })).toBe(true);
  });

  it('refuses what lives elsewhere, unless its owner permits it', () => {
    expect(isGranted([], from, to)).toBe(false);
    expect(isGranted([grant], from, to)).toBe(true);
  });

  it.each<[string, Grant]>([
    ['lives in a third namespace', { ...grant, namespace: 'other' }],
    ['is for another kind of referrer', { ...grant, from: [{ ...from, kind: 'ApiKey' }] }],
    ['is for another group of referrer', { ...grant, from: [{ ...from, group: 'example.com' }] }],
    ['is for another namespace of referrer', { ...grant, from: [{ ...from, namespace: 'team-b' }] }],
    ['is for another kind', { ...grant, to: [{ group: '', kind: 'Secret' }] }],
    ['is for another name', { ...grant, to: [{ group: 'sluice.dev', kind: 'Provider', name: 'azure' }] }],
  ])('does not take a grant for one that %s', (_, other) => {
    expect(isGranted([other], from, to)).toBe(false);
  });

  it('takes one that names exactly this object', () => {
    const named = { ...grant, to: [{ group: 'sluice.dev', kind: 'Provider', name: 'openai' }] };
    expect(isGranted([named], from, to)).toBe(true);
  });
});
