import { describe, expect, it } from 'vitest';
import { pathOf, pathText } from './place.ts';

describe('pathText', () => {
  it.each([
    [[], ''],
    [['spec'], 'spec'],
    [['spec', 'targets', 0, 'weight'], 'spec.targets[0].weight'],
    [['spec', 'headers', 'set', 'x-team'], 'spec.headers.set.x-team'],
    [['spec', 'options', 'sluice.dev/key-file'], 'spec.options["sluice.dev/key-file"]'],
    [['metadata', 'labels', 'a\nb'], 'metadata.labels["a\\nb"]'],
    [['spec', 'sche\u200bma'], 'spec["sche\\u200bma"]'],
  ])('writes %j as people would', (path, text) => {
    expect(pathText(path)).toBe(text);
  });
});

describe('pathOf()', () => {
  it.each([
    [['spec', 'targets', 0, 'provider']],
    [['metadata', 'labels', 'sluice.dev/team']],
    [['spec', 'a "quoted" \\ one]', 12, 'x-y']],
    [['spec', '\ufeffa\u{e0041}']],
    [[]],
  ])('is what the text of %j was made of', (path) => {
    expect(pathOf(pathText(path))).toEqual(path);
  });
});
