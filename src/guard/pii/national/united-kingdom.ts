import { digitAt, isOneDigitRepeated, weightedSum } from './checksums.ts';
import { type NationalId, nationalInfo } from './national-id.ts';

export const nhsNumber: NationalId = {
  info: nationalInfo('gb', 'UK_NHS', 'NHS number', 0.5, 'mod 11', ['nhs', 'patient', 'health service']),
  shortest: 10,
  longest: 10,
  separated: /^\d{3}([ -])\d{3}\1\d{4}$/,
  needsContext: true,
  check(compact) {
    if (!/^\d{10}$/.test(compact) || isOneDigitRepeated(compact)) return undefined;
    const expected = (11 - (weightedSum(compact, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
    return expected === digitAt(compact, 9) ? 'valid' : undefined;
  },
};

/** Never given out, or given out for something else. */
const unusedPrefixes: ReadonlySet<string> = new Set(['BG', 'GB', 'KN', 'NK', 'NT', 'TN', 'ZZ']);

export const nationalInsurance: NationalId = {
  info: nationalInfo('gb', 'UK_NINO', 'National Insurance number', 0.5, 'prefix and suffix', [
    'national insurance',
    'nino',
    'ni number',
    'insurance',
  ]),
  shortest: 9,
  longest: 9,
  separated: /^[A-Za-z]{2}([ -])\d{2}\1\d{2}\1\d{2}\1[A-Da-d]$|^[A-Za-z]{2}[ -]\d{6}[ -][A-Da-d]$/,
  needsContext: false,
  check(compact) {
    if (!/^[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z]\d{6}[A-D]$/.test(compact)) return undefined;
    return unusedPrefixes.has(compact.slice(0, 2)) ? undefined : 'possible';
  },
};
