import { type Verdict, validIf } from './verdict.ts';
import { digitAt, isOneDigitOnly, weightedSum } from './weighted.ts';

const cpfFirst = [10, 9, 8, 7, 6, 5, 4, 3, 2];
const cpfSecond = [11, ...cpfFirst];
const cnpjFirst = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
const cnpjSecond = [6, ...cnpjFirst];

/** CPF: two check digits mod 11. */
export function judgeCpf(value: string): Verdict {
  return validIf(!isOneDigitOnly(value) && hasCheckDigits(value, cpfFirst, cpfSecond));
}

/** CNPJ, also with letters in its first twelve places: a character counts as its ASCII code less 48. */
export function judgeCnpj(value: string): Verdict {
  return validIf(!isOneDigitOnly(value) && hasCheckDigits(value, cnpjFirst, cnpjSecond));
}

function hasCheckDigits(value: string, first: readonly number[], second: readonly number[]): boolean {
  return (
    checkDigit(value, first) === digitAt(value, first.length) &&
    checkDigit(value, second) === digitAt(value, second.length)
  );
}

function checkDigit(value: string, weights: readonly number[]): number {
  const rest = weightedSum(value, weights) % 11;
  return rest < 2 ? 0 : 11 - rest;
}
