import { digitAt, isOneDigitRepeated, weightedSum } from './checksums.ts';
import { type NationalId, nationalInfo } from './national-id.ts';

export const taxFileNumber: NationalId = {
  info: nationalInfo('au', 'AU_TFN', 'Australian tax file number', 0.4, 'mod 11', ['tfn', 'tax file', 'tax']),
  shortest: 8,
  longest: 9,
  separated: /^\d{3}([ -])\d{3}\1\d{2,3}$/,
  needsContext: true,
  check(compact) {
    if (!/^\d{8,9}$/.test(compact) || isOneDigitRepeated(compact)) return undefined;
    const weights = compact.length === 9 ? [1, 4, 3, 7, 5, 8, 6, 9, 10] : [10, 7, 8, 4, 6, 3, 5, 1];
    return weightedSum(compact, weights) % 11 === 0 ? 'valid' : undefined;
  },
};

export const businessNumber: NationalId = {
  info: nationalInfo('au', 'AU_ABN', 'Australian business number', 0.4, 'mod 89', ['abn', 'business number']),
  shortest: 11,
  longest: 11,
  separated: /^\d{2}([ -])\d{3}\1\d{3}\1\d{3}$/,
  needsContext: true,
  check(compact) {
    if (!/^[1-9]\d{10}$/.test(compact)) return undefined;
    const sum = weightedSum(compact, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10;
    return sum % 89 === 0 ? 'valid' : undefined;
  },
};

export const medicareNumber: NationalId = {
  info: nationalInfo('au', 'AU_MEDICARE', 'Australian Medicare number', 0.4, 'mod 10', ['medicare']),
  shortest: 10,
  longest: 11,
  separated: /^\d{4}([ -])\d{5}\1\d(?:[ /-]\d)?$/,
  needsContext: true,
  check(compact) {
    if (!/^[2-6]\d{9}[1-9]?$/.test(compact)) return undefined;
    return weightedSum(compact, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digitAt(compact, 8) ? 'valid' : undefined;
  },
};
