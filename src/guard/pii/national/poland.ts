import { digitAt, isDay, weightedSum } from './checksums.ts';
import { type NationalId, nationalInfo } from './national-id.ts';

export const pesel: NationalId = {
  info: nationalInfo('pl', 'PL_PESEL', 'Polish national number', 0.4, 'mod 10 and date of birth', ['pesel', 'dowód']),
  shortest: 11,
  longest: 11,
  separated: /^\d{6}[ -]\d{5}$/,
  needsContext: true,
  check(compact) {
    if (!/^\d{11}$/.test(compact)) return undefined;
    // The century is told by what is added to the month.
    if (!isDay(Number(compact.slice(2, 4)) % 20, Number(compact.slice(4, 6)))) return undefined;
    const sum = weightedSum(compact, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    return (10 - (sum % 10)) % 10 === digitAt(compact, 10) ? 'valid' : undefined;
  },
};
