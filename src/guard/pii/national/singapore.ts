import { weightedSum } from './checksums.ts';
import { type NationalId, nationalInfo } from './national-id.ts';

/** By the first letter, which tells citizens from foreigners and when they were registered. */
const series: Readonly<Record<string, { readonly offset: number; readonly letters: string }>> = {
  S: { offset: 0, letters: 'JZIHGFEDCBA' },
  T: { offset: 4, letters: 'JZIHGFEDCBA' },
  F: { offset: 0, letters: 'XWUTRQPNMLK' },
  G: { offset: 4, letters: 'XWUTRQPNMLK' },
  M: { offset: 3, letters: 'XWUTRQPNJLK' },
};

export const nric: NationalId = {
  info: nationalInfo('sg', 'SG_NRIC', 'Singapore identity number', 0.5, 'mod 11', [
    'nric',
    'fin',
    'identity card',
    'ic',
  ]),
  shortest: 9,
  longest: 9,
  separated: /^[STFGMstfgm]([ -])\d{7}\1[A-Za-z]$/,
  needsContext: false,
  check(compact) {
    const of = series[compact.charAt(0)];
    if (of === undefined || !/^[A-Z]\d{7}[A-Z]$/.test(compact)) return undefined;
    const sum = weightedSum(compact.slice(1), [2, 7, 6, 5, 4, 3, 2]) + of.offset;
    return of.letters.charAt(sum % 11) === compact.charAt(8) ? 'valid' : undefined;
  },
};
