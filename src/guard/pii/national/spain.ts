import { type NationalId, nationalInfo } from './national-id.ts';

const letters = 'TRWAGMYFPDXBNJZSQVHLCKE';

export const nif: NationalId = {
  info: nationalInfo('es', 'ES_NIF', 'Spanish tax number', 0.5, 'mod 23', ['nif', 'dni', 'documento', 'identidad']),
  shortest: 9,
  longest: 9,
  separated: /^\d{8}[ -][A-Za-z]$|^\d{2}\.\d{3}\.\d{3}[ -]?[A-Za-z]$/,
  needsContext: false,
  check: (compact) => (/^\d{8}[A-Z]$/.test(compact) && hasLetter(compact.slice(0, 8), compact) ? 'valid' : undefined),
};

export const nie: NationalId = {
  info: nationalInfo('es', 'ES_NIE', 'Spanish number of foreigners', 0.5, 'mod 23', ['nie', 'extranjero', 'identidad']),
  shortest: 9,
  longest: 9,
  separated: /^[XYZxyz][ -]\d{7}[ -][A-Za-z]$|^[XYZxyz][ -]?\d{7}[ -][A-Za-z]$/,
  needsContext: false,
  check(compact) {
    if (!/^[XYZ]\d{7}[A-Z]$/.test(compact)) return undefined;
    const digits = `${'XYZ'.indexOf(compact.charAt(0))}${compact.slice(1, 8)}`;
    return hasLetter(digits, compact) ? 'valid' : undefined;
  },
};

function hasLetter(digits: string, compact: string): boolean {
  return letters.charAt(Number(digits) % 23) === compact.charAt(8);
}
