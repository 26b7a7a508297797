import { type NationalId, nationalInfo } from './national-id.ts';

/** Values of 0-9 and A-Z in odd places. In even places a digit counts itself, and a letter its place in the alphabet. */
const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Digits may be replaced by letters where two people would have the same code. */
const digit = '[0-9LMNPQRSTUV]';
const form = new RegExp(`^[A-Z]{6}${digit}{2}[ABCDEHLMPRST]${digit}{2}[A-Z]${digit}{3}[A-Z]$`);

export const fiscalCode: NationalId = {
  info: nationalInfo('it', 'IT_FISCAL_CODE', 'Italian fiscal code', 0.5, 'mod 26', ['codice fiscale', 'fiscale', 'cf']),
  shortest: 16,
  longest: 16,
  separated: /^[A-Za-z]{3}([ -])[A-Za-z]{3}\1[0-9A-Za-z]{5}\1[0-9A-Za-z]{5}$/,
  needsContext: false,
  check(compact) {
    if (!form.test(compact)) return undefined;
    let sum = 0;
    for (let i = 0; i < 15; i++) {
      const value = placeOf(compact.charCodeAt(i));
      sum += i % 2 === 0 ? (odd[value] ?? 0) : value;
    }
    return compact.charCodeAt(15) - 0x41 === sum % 26 ? 'valid' : undefined;
  },
};

function placeOf(code: number): number {
  return code < 0x41 ? code - 0x30 : code - 0x41;
}
