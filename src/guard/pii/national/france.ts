import { type NationalId, nationalInfo } from './national-id.ts';

export const nir: NationalId = {
  info: nationalInfo('fr', 'FR_NIR', 'French social security number', 0.5, 'mod 97', [
    'nir',
    'insee',
    'sécurité sociale',
    'securite sociale',
    'numéro de sécu',
  ]),
  shortest: 15,
  longest: 15,
  separated: /^[1-478]([ .-])\d{2}\1\d{2}\1(?:\d{2}|2[ABab])\1\d{3}\1\d{3}[ .-]\d{2}$/,
  needsContext: false,
  check(compact) {
    const match = /^([1-478]\d{2})(\d{2})(\d{2}|2A|2B)(\d{6})(\d{2})$/.exec(compact);
    if (match === null || !isMonth(Number(match[2]))) return undefined;
    const [, head, month, department = '', rest, key] = match;
    // The two halves of Corsica count as the departments that they had been before.
    const place = department === '2A' ? '19' : department === '2B' ? '18' : department;
    return 97 - (Number(`${head}${month}${place}${rest}`) % 97) === Number(key) ? 'valid' : undefined;
  },
};

/** 20 and more stand for births whose month is not known. */
function isMonth(month: number): boolean {
  return (month >= 1 && month <= 12) || month === 20 || (month >= 30 && month <= 42) || month >= 50;
}
