import { describe, expect, it } from 'vitest';
import { plainOptions } from '../entity.ts';
import { piiDetector, piiEntities } from './index.ts';

const byDefault = piiEntities.filter(({ isDefault }) => isDefault).map(({ name }) => [name, plainOptions] as const);
const detector = piiDetector({ entities: new Map(byDefault), minScore: 0.5 });

function found(text: string): readonly string[] {
  const findings: string[] = [];
  detector.scan(text, 0, ({ entity, start, end }) => findings.push(`${entity} ${text.slice(start, end)}`));
  return findings;
}

describe('a card whose digits are apart as they usually are not', () => {
  const written = [
    ...['4111  1111  1111  1111', '4111\t1111\t1111\t1111', '4111 1111\n1111 1111', '4111-1111-\r\n1111-1111'],
    ...['4111_1111_1111_1111', '4111/1111/1111/1111', '4111·1111·1111·1111'],
    ...['4111 - 1111 - 1111 - 1111', '4111\u00a0\u00a01111\u00a0\u00a01111\u00a0\u00a01111', '4111|1111|1111|1111'],
    ...['4111** **1111** **1111** **1111', '4111` `1111` `1111` `1111', '3782  822463  10005'],
    ...['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1', '41 11 11 11 11 11 11 11'],
  ];

  it.each(written)('is found behind a word that says so: %j', (card) => {
    expect(found(`My card number is ${card}, thank you.`)).toEqual([`CREDIT_CARD ${card}`]);
  });

  it.each(written)('is nothing without: %j', (card) => {
    expect(found(`The values are ${card}, thank you.`)).toEqual([]);
  });

  it.each(['4111—1111—1111—1111', '4111\u20031111\u20031111\u20031111', '4111\u30001111\u30001111\u30001111'])(
    'is found where dashes and blanks are only of another width: %j',
    (card) => {
      expect(found(`The values are ${card}, thank you.`)).toEqual([`CREDIT_CARD ${card}`]);
    },
  );

  it.each([
    'Card sales by month: 4111, 1111, 1111, 1111',
    'Card sales by month | 4111 | 1111 | 1111 | 1111 | 1200 |',
    'Card sales by month | 900 | 4111 | 1111 | 1111 | 1111 |',
    'card fees\n4111\n1111\n1111\n1111\n1200\n',
    'card codes 4111 1111, 1111 1111',
    'card sizes 4111  111  11111  1111',
    'card values 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 0 1 1 0',
    'card 4111  1111  1111  1112',
  ])('is nothing in %j', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('an IBAN', () => {
  it.each([
    ...['DE89 3704 0044\n0532 0130 00', 'DE89 3704 0044\r\n0532 0130 00', 'DE89  3704  0044  0532  0130  00'],
    ...['DE89\t3704\t0044\t0532\t0130\t00', 'DE89.3704.0044.0532.0130.00', 'DE89\u20033704 0044\u20090532 0130 00'],
  ])('is found over lines and columns: %j', (iban) => {
    expect(found(`Konto: ${iban}, danke`)).toEqual([`IBAN_CODE ${iban}`]);
  });

  it.each(['DE89 3704 0044\n\n\n\n0532 0130 00', 'DE89 3704 00\n44 0532 0130 00', 'DE89 3704 0044\n0532 0130 01'])(
    'is nothing where %j stands',
    (text) => {
      expect(found(`Zeile ${text} Ende`).filter((one) => one.startsWith('IBAN'))).toEqual([]);
    },
  );
});
