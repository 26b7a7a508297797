import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { plainOptions } from '../entity.ts';
import { piiDetector, piiEntities } from './index.ts';

const byDefault = piiDetector({
  entities: new Map(piiEntities.filter(({ isDefault }) => isDefault).map(({ name }) => [name, plainOptions])),
  minScore: 0.5,
});
const all = piiDetector({ entities: new Map(piiEntities.map(({ name }) => [name, plainOptions])), minScore: 0.5 });

function countOf(detector: typeof all, text: string): number {
  let count = 0;
  detector.scan(text, 0, () => {
    count += 1;
  });
  return count;
}

/** Share of values that are taken for something, each in a line of a log. */
function share(detector: typeof all, values: readonly string[]): number {
  return values.filter((value) => countOf(detector, `{"id":"${value}"} done`) > 0).length / values.length;
}

const many = 4000;

function randomValues(make: (random: ReturnType<typeof seededRandom>) => string, seed: number): readonly string[] {
  const random = seededRandom(seed);
  return Array.from({ length: many }, () => make(random));
}

const digits = '0123456789';
const hex = '0123456789abcdef';

describe('what is taken for personal data', () => {
  it('are fewer than 0.5 % of ids of 13 to 19 digits', () => {
    const ids = randomValues((random) => random.text(digits, 13 + random.below(7)), 1);
    expect(share(byDefault, ids)).toBeLessThan(0.005);
    expect(share(all, ids)).toBeLessThan(0.01);
  });

  it('are fewer than 0.1 % of times in milliseconds and microseconds', () => {
    const times = randomValues((random) => {
      const milliseconds = 1_000_000_000_000 + random.below(900_000_000_000);
      return random.below(2) === 0 ? String(milliseconds) : `${milliseconds}${random.text(digits, 3)}`;
    }, 2);
    expect(share(byDefault, times)).toBeLessThan(0.001);
    expect(share(all, times)).toBeLessThan(0.005);
  });

  it('are fewer than 0.1 % of UUIDs', () => {
    const uuids = randomValues((random) => [8, 4, 4, 4, 12].map((length) => random.text(hex, length)).join('-'), 3);
    expect(share(all, uuids)).toBeLessThan(0.001);
    // Even where all of it happens to be digits.
    const decimal = randomValues(
      (random) => [8, 4, 4, 4, 12].map((length) => random.text(digits, length)).join('-'),
      4,
    );
    expect(share(byDefault, decimal)).toBeLessThan(0.001);
  });

  it('are fewer than 0.1 % of hashes', () => {
    const hashes = randomValues((random) => {
      const hash = createHash(['md5', 'sha1', 'sha256', 'sha512'][random.below(4)] ?? 'md5').update(
        random.text(hex, 9),
      );
      return hash.digest(random.below(3) === 0 ? 'base64' : 'hex');
    }, 5);
    expect(share(byDefault, hashes)).toBeLessThan(0.001);
    expect(share(all, hashes)).toBeLessThan(0.002);
  });

  const ordinary = readFileSync(new URL('./testdata/ordinary.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  it.each(ordinary)('is nothing by default in: %s', (line) => {
    expect(countOf(byDefault, line)).toBe(0);
  });

  it('is in ordinary prompts only what they say: code reviews, talk of security, mails of customers', () => {
    const prompts = readFileSync(new URL('../injection/testdata/ordinary.txt', import.meta.url), 'utf8');
    const found = (detector: typeof all): readonly string[] => {
      const values: string[] = [];
      detector.scan(prompts, 0, ({ start, end }) => values.push(prompts.slice(start, end)));
      return values;
    };
    const mails = ['bob@example.com', 'finance@example.com', 'service@example.com'];
    expect(found(byDefault).toSorted()).toEqual(mails);
    expect(found(all).toSorted()).toEqual(['10.2.3.4', '10.2.3.4', ...mails]);
  });

  it('is nothing by default in all of it together', () => {
    expect(countOf(byDefault, ordinary.join('\n'))).toBe(0);
  });
});
