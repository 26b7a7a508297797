import { describe, expect, it } from 'vitest';
import { pathText } from './place.ts';

describe('pathText', () => {
  it.each([
    [[], ''],
    [['spec'], 'spec'],
    [['spec', 'targets', 0, 'weight'], 'spec.targets[0].weight'],
    [['spec', 'headers', 'set', 'x-team'], 'spec.headers.set.x-team'],
    [['spec', 'options', 'sluice.dev/key-file'], 'spec.options["sluice.dev/key-file"]'],
    [['metadata', 'labels', 'a\nb'], 'metadata.labels["a\\nb"]'],
  ])('writes %j as people would', (path, text) => {
    expect(pathText(path)).toBe(text);
  });
});
