import { describe, expect, it } from 'vitest';
import { overlapReach, uncontained } from './overlap.ts';

type Written = readonly [entity: string, start: number, end: number, score: number];

const kept = (...found: readonly Written[]) =>
  uncontained(
    found.map(([entity, start, end, score], order) => ({
      finding: { entity, start, end, score, validator: undefined },
      order,
    })),
  ).map(({ entity, start }) => `${entity} ${start}`);

describe('uncontained()', () => {
  it('keeps one of two that are equally sure of the same characters: the first', () => {
    expect(kept(['TAX', 0, 9, 0.5], ['PHONE', 0, 9, 0.5])).toEqual(['TAX 0']);
  });

  it('keeps the surer one of two that see the same characters', () => {
    expect(kept(['PHONE', 0, 9, 0.4], ['TAX', 0, 9, 0.5])).toEqual(['TAX 0']);
    expect(kept(['TAX', 0, 9, 0.5], ['PHONE', 0, 9, 0.4])).toEqual(['TAX 0']);
  });

  it('leaves out what another finding contains that is as sure, or of the same entity', () => {
    expect(kept(['URL', 0, 30, 0.6], ['EMAIL', 8, 20, 0.6])).toEqual(['URL 0']);
    expect(kept(['URL', 0, 30, 0.5], ['EMAIL', 8, 20, 0.6])).toEqual(['URL 0', 'EMAIL 8']);
    expect(kept(['URL', 0, 30, 0.5], ['URL', 8, 20, 0.6])).toEqual(['URL 0']);
    expect(kept(['URL', 0, 15, 0.9], ['EMAIL', 8, 20, 0.6])).toEqual(['URL 0', 'EMAIL 8']);
  });

  it('does not look further back than it says', () => {
    const long: Written = ['URL', 0, 200, 1];
    expect(kept(long, ['URL', overlapReach, 150, 1])).toEqual(['URL 0']);
    expect(kept(long, ['URL', overlapReach + 1, 150, 1])).toEqual(['URL 0', `URL ${overlapReach + 1}`]);
  });
});
