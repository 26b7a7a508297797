import { isLuhn } from './checksums.ts';
import { type NationalId, nationalInfo } from './national-id.ts';

export const socialInsurance: NationalId = {
  info: nationalInfo('ca', 'CA_SIN', 'Canadian social insurance number', 0.4, 'Luhn', ['sin', 'social insurance']),
  shortest: 9,
  longest: 9,
  separated: /^\d{3}([ -])\d{3}\1\d{3}$/,
  needsContext: true,
  // None begins with 0, nor with 8.
  check: (compact) => (/^[1-79]\d{8}$/.test(compact) && isLuhn(compact) ? 'valid' : undefined),
};
