import { describe, expect, it } from 'vitest';
import type { Finding } from '../detector.ts';
import type { EntityOptions } from '../entity.ts';
import { secretEntities } from './entities.ts';
import { secretsDetector } from './index.ts';
import { plant, samples, seededRandom } from './testdata.ts';

const plain: EntityOptions = { minScore: undefined, allow: [], deny: [], contextWords: [] };
const detector = secretsDetector({ entities: new Map(secretEntities.map(({ name }) => [name, plain])), minScore: 0.5 });

function scan(text: string, field?: string): readonly Finding[] {
  const findings: Finding[] = [];
  detector.scan(text, 0, (finding) => findings.push(finding), field);
  return findings;
}

const rounds = 20;

describe('the table of kinds', () => {
  it('names each kind once and has a sample for each', () => {
    const names = secretEntities.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(80);
    expect(names.filter((name) => samples[name] === undefined)).toEqual([]);
    expect(Object.keys(samples).filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe.each(Object.entries(samples))('%s', (name, sample) => {
  const random = seededRandom(name.length * 7919 + name.charCodeAt(0));

  it('is found with its exact span, in prose, in code and behind an escape', () => {
    for (let round = 0; round < rounds; round += 1) {
      const { text, start, end } = plant(sample(random));
      for (const [before, after] of [
        ['', ''],
        ['see ', ' there'],
        ['x = "', '";'],
        ['\\n', '\\n'],
      ] as const) {
        const found = scan(before + text + after).filter((finding) => finding.entity === name);
        const expected = { start: start + before.length, end: end + before.length };
        expect(
          found.map((item) => ({ start: item.start, end: item.end })),
          before + text + after,
        ).toEqual([expected]);
      }
    }
  });
});
