import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import type { Detector, Finding } from '../detector.ts';
import { type EntityOptions, plainOptions } from '../entity.ts';
import { piiDetector, piiEntities } from './index.ts';
import { someText } from './testdata/some-text.ts';

const odd: EntityOptions = { ...plainOptions, deny: ['Project Falcon', '12-34'], contextWords: ['asia'] };

function detectorOf(isChosen: (name: string) => boolean, minScore = 0.5): Detector {
  const chosen = piiEntities.map(({ name }) => name).filter(isChosen);
  return piiDetector({
    entities: new Map(chosen.map((name) => [name, name === 'US_SSN' ? odd : plainOptions])),
    minScore,
  });
}

const byDefault = new Set(piiEntities.filter(({ isDefault }) => isDefault).map(({ name }) => name));
const detectors: readonly (readonly [string, Detector])[] = [
  ['all kinds', detectorOf(() => true)],
  ['all kinds and scores', detectorOf(() => true, 0)],
  ['the kinds by default', detectorOf((name) => byDefault.has(name))],
  ['addresses of hosts', detectorOf((name) => name === 'IP_ADDRESS' || name === 'MAC_ADDRESS')],
  ['e-mail', detectorOf((name) => name === 'EMAIL_ADDRESS')],
];

function scan(detector: Detector, text: string, from = 0, field?: string): readonly Finding[] {
  const findings: Finding[] = [];
  detector.scan(text, from, (finding) => findings.push(finding), field);
  return findings;
}

const rounds = 300;

describe.each(detectors)('what a detector of %s lets go', (_, detector) => {
  it('is decided, whatever follows: the contract of a detector, word for word', () => {
    const random = seededRandom(1);
    for (let round = 0; round < rounds; round += 1) {
      const whole = someText(random);
      const field = random.below(4) === 0 ? random.pick(['ssn', 'cardNumber', 'date_of_birth', 'phone']) : undefined;
      const inWhole = scan(detector, whole, 0, field);
      for (let cuts = 0; cuts < 6; cuts += 1) {
        const part = whole.slice(0, random.below(whole.length + 1));
        const from = random.below(3) === 0 ? random.below(part.length + 1) : 0;
        const held = detector.hold(part, from, field);
        const before = (finding: Finding): boolean => finding.start >= from && finding.start < held;
        const expected = inWhole.filter(before);
        const hint = `${JSON.stringify(part)} § ${JSON.stringify(whole.slice(part.length))} from ${from} held ${held}`;
        expect(scan(detector, part, from, field).filter(before), hint).toEqual(expected);
        expect(
          expected.every((finding) => finding.end <= held),
          hint,
        ).toBe(true);
        expect(held).toBeGreaterThanOrEqual(from);
        expect(held).toBeLessThanOrEqual(part.length);
      }
    }
  });

  it('needs no more before it than the left context', () => {
    const random = seededRandom(2);
    for (let round = 0; round < rounds; round += 1) {
      const whole = someText(random) + someText(random);
      const all = scan(detector, whole);
      for (let cuts = 0; cuts < 6; cuts += 1) {
        const from = random.below(whole.length + 1);
        const cut = Math.max(0, from - detector.leftContext);
        const moved = scan(detector, whole.slice(cut), from - cut).map((item) => ({
          ...item,
          start: item.start + cut,
          end: item.end + cut,
        }));
        expect(moved, `${from}: ${JSON.stringify(whole)}`).toEqual(all.filter((finding) => finding.start >= from));
      }
    }
  });

  it('gives for a stream, one character at a time, what the whole text gives', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 12; round += 1) {
      const whole = someText(random).slice(0, 500);
      const streamed: Finding[] = [];
      let from = 0;
      for (let length = 1; length <= whole.length; length += 1) {
        const part = whole.slice(0, length);
        const held = detector.hold(part, from);
        streamed.push(...scan(detector, part, from).filter((finding) => finding.start < held));
        from = held;
      }
      streamed.push(...scan(detector, whole, from));
      expect(streamed, whole).toEqual(scan(detector, whole));
    }
  });

  it('never holds more than its reach of what cannot be found', () => {
    const random = seededRandom(4);
    for (let round = 0; round < 40; round += 1) {
      const unit = random.text('aA19@:/.-+( =', 1 + random.below(5));
      const text = unit.repeat(Math.ceil(1200 / unit.length));
      const spans = scan(detector, text);
      const held = detector.hold(text, 0);
      if (spans.length === 0) expect(text.length - held, unit).toBeLessThanOrEqual(detector.reach);
    }
  });
});

describe('what is held of', () => {
  const detector = detectorOf((name) => byDefault.has(name));
  it.each([
    ['Here is the plan for the next week', 4],
    ['Sure! I can help with that, ', 0],
    // Whose address `and [at] corp.com` would be.
    ['we have 12 of them, and ', 4],
    ['we have 12 of them, and w', 1],
    ['in 2024 ', 5],
    ['in 2024, ', 0],
    ['write to jane.doe', 8],
    ['write to jane.doe@exam', 13],
    ['write to jane.doe@example.com, ', 0],
    ['write to jane.doe@example.com ', 0],
    ['write to jane.doe [at] exam', 18],
    ['write to jane (at) example dot', 21],
    ['card 4111 1111 11', 12],
    ['card 4111 1111 1111 1111, ', 0],
    ['IBAN DE89 3704 00', 12],
    ['Well, DE is, ', 0],
    ['call +1 212 ', 7],
    ['see https://', 8],
    ['see https://example.com/a/b/c; ', 0],
  ])('%s is %i characters', (text, count) => {
    expect(text.length - detector.hold(text, 0)).toBe(count);
  });
});
