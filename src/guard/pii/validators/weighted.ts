/** Sum of the digits of a number, each times its weight. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index += 1) sum += digitAt(digits, index) * (weights[index] ?? 0);
  return sum;
}

export function digitAt(digits: string, index: number): number {
  return digits.charCodeAt(index) - 48;
}

export function isOneDigitOnly(digits: string): boolean {
  for (let index = 1; index < digits.length; index += 1) if (digits[index] !== digits[0]) return false;
  return true;
}
