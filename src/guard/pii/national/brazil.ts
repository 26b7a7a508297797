import { digitAt, isOneDigitRepeated, weightedSum } from './checksums.ts';
import { type NationalId, nationalInfo } from './national-id.ts';

export const cpf: NationalId = {
  info: nationalInfo('br', 'BR_CPF', 'Brazilian number of persons', 0.4, 'mod 11, twice', ['cpf', 'cadastro']),
  shortest: 11,
  longest: 11,
  separated: /^\d{3}\.\d{3}\.\d{3}-\d{2}$|^\d{3}([ .-])\d{3}\1\d{3}\1\d{2}$/,
  needsContext: true,
  check(compact) {
    if (!/^\d{11}$/.test(compact) || isOneDigitRepeated(compact)) return undefined;
    return hasChecks(compact, [10, 9, 8, 7, 6, 5, 4, 3, 2]) ? 'valid' : undefined;
  },
};

/** Since 2026 with letters in the first twelve places, each worth its code. */
export const cnpj: NationalId = {
  info: nationalInfo('br', 'BR_CNPJ', 'Brazilian number of companies', 0.4, 'mod 11, twice', ['cnpj', 'empresa']),
  shortest: 14,
  longest: 14,
  separated: /^[0-9A-Za-z]{2}\.[0-9A-Za-z]{3}\.[0-9A-Za-z]{3}\/[0-9A-Za-z]{4}-\d{2}$/,
  needsContext: true,
  check(compact) {
    if (!/^[0-9A-Z]{12}\d{2}$/.test(compact) || isOneDigitRepeated(compact)) return undefined;
    return hasChecks(compact, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) ? 'valid' : undefined;
  },
};

/** The second check has one more weight in front, and counts the first. */
function hasChecks(compact: string, weights: readonly number[]): boolean {
  const first = checkOf(weightedSum(compact, weights));
  const second = checkOf(weightedSum(compact, [(weights[0] ?? 0) + 1, ...weights]));
  return first === digitAt(compact, weights.length) && second === digitAt(compact, weights.length + 1);
}

function checkOf(sum: number): number {
  const rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}
