import { describe, expect, it } from 'vitest';
import { cpuMs, leastCpuMs } from '../../lib/testing/cpu-time.ts';
import type { EntityOptions } from '../entity.ts';
import { piiDetector, piiEntities } from './index.ts';

const plain: EntityOptions = { minScore: undefined, allow: [], deny: ['Project Falcon', 'aaaa'], contextWords: [] };
const all = piiDetector({ entities: new Map(piiEntities.map(({ name }) => [name, plain])), minScore: 0.5 });

/** Texts that make each kind work as much as it can. */
const units = [
  '1',
  '4',
  '1 ',
  '4111 ',
  '4111 1111 1111 1112 ',
  '212 555 ',
  '+1 212 055 0133 ',
  '030 12 34 56 78 ',
  '03 ',
  '(212) ',
  '+1',
  '1-',
  '1/',
  '1.',
  '@',
  `a@${'.-'.repeat(120)}x `,
  '<a@b.co ',
  'a@',
  'a@b.c ',
  `a@${'b.'.repeat(120)} `,
  'a',
  'a.',
  'ab@example.com ',
  `${'a'.repeat(63)}@`,
  `${'.'.repeat(60)}a@`,
  ':',
  'a:',
  '1:',
  '::',
  '00:11:22:33:44:5g ',
  'fe80:1:2:3:4:5:6:g ',
  '0::1 ',
  '1.2.3.256 ',
  'version 1.2.3.4 ',
  'aa-',
  'aa:',
  'a://',
  'http://u:p@h ',
  `http://${'u:'.repeat(60)}`,
  '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb ',
  'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5 ',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD ',
  '123-45-6789 ',
  'ssn 123456788 ',
  'DE89 3704 0044 0532 0130 01 ',
  'born 1980-13-01 ',
  'January 5, 19 ',
  'AB.1',
  'A123-4567-8901 ',
  '\\n1',
  'ssnSsnSSN 123456788 ',
  'aaa ',
  'a-a-a-',
  'project  falco ',
  '\u00e91',
  '\u20111',
];

function textOf(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
}

function milliseconds(unit: string, length: number): number {
  const text = textOf(unit, length);
  const start = performance.now();
  all.hold(text, 0);
  return performance.now() - start;
}

/**
 * How much longer four times the text takes. By the clock, which others who share the core make slow; where it says too much,
 * by the CPU time of many times, since that of one is not counted finely enough.
 */
function growth(unit: string): number {
  for (let round = 0; round < 4; round += 1) {
    const byTheClock = milliseconds(unit, 4 * 4096) / milliseconds(unit, 4096);
    if (byTheClock < 6) return byTheClock;
  }
  const [short, long] = [textOf(unit, 4096), textOf(unit, 4 * 4096)];
  const many = (text: string) => () => {
    for (let n = 0; n < 40; n += 1) all.hold(text, 0);
  };
  return cpuMs(many(long)) / cpuMs(many(short));
}

describe('a hostile text', () => {
  it.each(units)('of %s takes no more than its length allows', (unit) => {
    const text = textOf(unit, 4096);
    expect(leastCpuMs(3, () => all.hold(text, 0))).toBeLessThan(50);
    // Linear: four times, and not sixteen times as long. What takes next to nothing cannot be measured.
    if (milliseconds(unit, 4096) > 0.5) expect(growth(unit)).toBeLessThan(8);
  });
});
