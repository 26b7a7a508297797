import { describe, expect, it } from 'vitest';
import type { Finding } from '../detector.ts';
import { plainOptions } from '../entity.ts';
import { piiDetector, piiEntities } from './index.ts';
import { samplesOf } from './testdata/samples.ts';

const all = piiDetector({ entities: new Map(piiEntities.map(({ name }) => [name, plainOptions])), minScore: 0.5 });
const alone = new Map(
  piiEntities.map(({ name }) => [name, piiDetector({ entities: new Map([[name, plainOptions]]), minScore: 0.5 })]),
);

function found(entity: string, text: string, field?: string): readonly Finding[] {
  const findings: Finding[] = [];
  alone.get(entity)?.scan(text, 0, (finding) => findings.push(finding), field);
  return findings;
}

describe.each(piiEntities.map(({ name }) => name))('%s', (name) => {
  const { positives, others } = samplesOf(name);

  it('has samples and look-alikes', () => {
    expect(positives.length).toBeGreaterThanOrEqual(20);
    expect(others.length).toBeGreaterThanOrEqual(20);
  });

  it.each(positives)('is found in $text', ({ text, spans }) => {
    expect(found(name, text).map(({ start, end }) => text.slice(start, end))).toEqual(
      spans.map(([start, end]) => text.slice(start, end)),
    );
    for (const { score, validator } of found(name, text)) {
      expect(score).toBeGreaterThanOrEqual(0.5);
      expect(score).toBeLessThanOrEqual(1);
      // A numbering plan says that there may be such a number, a checksum that it is one.
      if (validator !== undefined && name !== 'PHONE_NUMBER') expect(score).toBe(1);
    }
    // Whatever else is looked for, nothing of it stays uncovered.
    const covered: Finding[] = [];
    all.scan(text, 0, (finding) => covered.push(finding));
    for (const [start, end] of spans)
      expect(covered.some((finding) => finding.start <= start && finding.end >= end)).toBe(true);
  });

  it.each(others)('is not found in %s', (text) => {
    expect(found(name, text)).toEqual([]);
  });
});
