import { digitAt, isDay, weightedSum } from './checksums.ts';
import { type NationalId, nationalInfo } from './national-id.ts';

export const residentNumber: NationalId = {
  info: nationalInfo('kr', 'KR_RRN', 'Korean resident number', 0.5, 'mod 11 and date of birth', [
    '주민등록번호',
    '주민번호',
    'rrn',
    'resident registration',
  ]),
  shortest: 13,
  longest: 13,
  separated: /^\d{6}[ -]\d{7}$/,
  needsContext: true,
  check(compact) {
    if (!/^\d{6}[1-8]\d{6}$/.test(compact)) return undefined;
    if (!isDay(Number(compact.slice(2, 4)), Number(compact.slice(4, 6)))) return undefined;
    const sum = weightedSum(compact, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    // Those given out since October 2020 have no check digit.
    return (11 - (sum % 11)) % 10 === digitAt(compact, 12) ? 'valid' : 'possible';
  },
};
