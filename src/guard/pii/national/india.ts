import { isVerhoeff } from './checksums.ts';
import { type NationalId, nationalInfo } from './national-id.ts';

export const aadhaar: NationalId = {
  info: nationalInfo('in', 'IN_AADHAAR', 'Aadhaar number', 0.4, 'Verhoeff', ['aadhaar', 'aadhar', 'uidai', 'uid']),
  shortest: 12,
  longest: 12,
  separated: /^\d{4}([ -])\d{4}\1\d{4}$/,
  needsContext: true,
  check(compact) {
    if (!/^[2-9]\d{11}$/.test(compact) || isPalindrome(compact)) return undefined;
    return isVerhoeff(compact) ? 'valid' : undefined;
  },
};

function isPalindrome(text: string): boolean {
  return [...text].reverse().join('') === text;
}

/** The fourth letter says who has it: a person, a company, a trust… */
export const permanentAccount: NationalId = {
  info: nationalInfo('in', 'IN_PAN', 'Indian permanent account number', 0.5, 'kind of holder', [
    'pan',
    'permanent account',
    'income tax',
  ]),
  shortest: 10,
  longest: 10,
  separated: /^[A-Za-z]{5}([ -])\d{4}\1[A-Za-z]$/,
  needsContext: false,
  check: (compact) => (/^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/.test(compact) ? 'possible' : undefined),
};
