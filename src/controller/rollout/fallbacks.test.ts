import { describe, expect, it } from 'vitest';
import type { Resource } from '../../xds/snapshot/resource.ts';
import { createFallbacks } from './fallbacks.ts';
import { resource } from './testing/resource.ts';

const filter = (version: string) => resource('extensionConfig', 'f', version);

/** Versions of one filter that follow each other, none of which anybody has accepted. */
function versions(first: Resource) {
  let out = first;
  const fallbacks = createFallbacks({
    out: () => out,
    isAccepted: () => false,
    standIn: (each) => ({ ...each, version: 'stand-in' }),
  });
  return {
    ...fallbacks,
    publish(next: Resource) {
      fallbacks.replaced(out);
      out = next;
    },
    good: () => fallbacks.goodVersions(first).map(({ version }) => version),
  };
}

describe('createFallbacks()', () => {
  it('has the version that is out, and those that it replaced', () => {
    const { publish, good } = versions(filter('1'));
    publish(filter('2'));
    expect(good()).toEqual(['2', '1']);
  });

  it('never goes back to what was refused once, though it comes to be replaced', () => {
    const refused = filter('2');
    const { publish, good, refused: refuse } = versions(filter('1'));
    publish(refused);
    refuse(refused);
    expect(good()).toEqual(['1']);
    publish(filter('3'));
    expect(good()).toEqual(['3', '1']);
  });

  it('does not take its stand-in for a version to go back to', () => {
    const { publish, good, refused, standIn, isStandIn } = versions(filter('1'));
    const [one, made] = [filter('1'), standIn(filter('1'))];
    if (made === undefined) throw new Error('nothing stands in');
    expect(standIn(one)).toBe(made);
    expect([isStandIn(made), isStandIn(one)]).toEqual([true, false]);
    refused(one);
    publish(made);
    expect(good()).not.toContain('stand-in');
    publish(filter('2'));
    expect(good()).not.toContain('stand-in');
  });
});
