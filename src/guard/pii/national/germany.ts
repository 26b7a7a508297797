import { isMod11And10 } from './checksums.ts';
import { type NationalId, nationalInfo } from './national-id.ts';

export const taxId: NationalId = {
  info: nationalInfo('de', 'DE_TAX_ID', 'German tax id', 0.5, 'ISO 7064 mod 11,10 and its repeated digit', [
    'steuer',
    'steuerid',
    'steuernummer',
    'steueridentifikationsnummer',
    'idnr',
    'idnr.',
    'tax',
    'tin',
  ]),
  shortest: 11,
  longest: 11,
  separated: /^\d{2}([ ./-])\d{3}\1\d{3}\1\d{3}$/,
  needsContext: true,
  check(compact) {
    if (!/^[1-9]\d{10}$/.test(compact) || !hasOneRepeatedDigit(compact.slice(0, 10))) return undefined;
    return isMod11And10(compact) ? 'valid' : undefined;
  },
};

/** Of the first ten digits exactly one occurs two or three times, and three never stand side by side. */
function hasOneRepeatedDigit(digits: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of digits) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  const [times = 0] = repeated;
  return repeated.length === 1 && times <= 3 && !/(\d)\1\1/.test(digits);
}
