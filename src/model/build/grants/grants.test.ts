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
    ['is for another kind', { ...grant, to: [{ group: 'sluice.dev', kind: 'Model' }] }],
    ['is for a kind of the same name of another group', { ...grant, to: [{ group: '', kind: 'Provider' }] }],
    [
      'is for the object of that name, of another kind',
      { ...grant, to: [{ group: '', kind: 'Secret', name: 'openai' }] },
    ],
    [
      'has what is needed in two entries, neither of which is all of it',
      {
        ...grant,
        from: [
          { ...from, namespace: 'team-b' },
          { ...from, kind: 'ApiKey' },
        ],
      },
    ],
    ['is for another name', { ...grant, to: [{ group: 'sluice.dev', kind: 'Provider', name: 'azure' }] }],
  ])('does not take a grant for one that %s', (_, other) => {
    expect(isGranted([other], from, to)).toBe(false);
  });

  it('takes one of which one entry of several fits, on both sides', () => {
    const several: Grant = {
      ...grant,
      from: [{ ...from, namespace: 'team-b' }, from],
      to: [{ group: '', kind: 'Secret' }, ...grant.to],
    };
    expect(isGranted([{ ...grant, namespace: 'other' }, several], from, to)).toBe(true);
  });

  it('takes one that names exactly this object', () => {
    const named = { ...grant, to: [{ group: 'sluice.dev', kind: 'Provider', name: 'openai' }] };
    expect(isGranted([named], from, to)).toBe(true);
  });
});
