import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { isInternationalNumber, isNationalNumber, type Region, regionSet } from './numbering-plan.ts';

const codes = [
  '1',
  '7',
  '20',
  '27',
  '30',
  '31',
  '33',
  '34',
  '39',
  '44',
  '46',
  '49',
  '52',
  '55',
  '61',
  '65',
  '81',
  '82',
  '86',
  '91',
  '234',
  '353',
  '358',
  '420',
  '599',
  '800',
  '881',
  '971',
  '999',
];

describe('a numbering plan', () => {
  it('judges international numbers as the library does', () => {
    const random = seededRandom(1);
    let valid = 0;
    for (let round = 0; round < 3000; round += 1) {
      const digits = random.pick(codes) + random.text('0123456789', 6 + random.below(6));
      const parsed = parsePhoneNumberFromString(`+${digits}`, { extract: false });
      // What the library repairs by leaving out a trunk prefix is another number.
      const isSame = parsed !== undefined && `${parsed.countryCallingCode}${parsed.nationalNumber}` === digits;
      const isValid = isSame && parsed.isValid();
      if (isValid) valid += 1;
      expect(isInternationalNumber(digits), digits).toBe(isValid);
    }
    expect(valid).toBeGreaterThan(200);
  });

  it.each<[Region, string, boolean]>([
    ['US', '2125550134', true],
    ['US', '1125550134', false],
    ['GB', '2079460958', true],
    ['DE', '30901820', true],
    ['FR', '142685300', true],
    ['FR', '042685300', false],
    ['ES', '912345678', true],
    ['SG', '61234567', true],
    ['SG', '21234567', false],
  ])('of %s judges %s', (region, digits, isValid) => {
    expect(isNationalNumber(digits, regionSet([region]))).toBe(isValid);
  });
});
