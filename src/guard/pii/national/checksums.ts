const zero = 0x30;

export function digitAt(text: string, index: number): number {
  return text.charCodeAt(index) - zero;
}

/** Sum of the first digits, each times its weight. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (const [index, weight] of weights.entries()) sum += digitAt(digits, index) * weight;
  return sum;
}

/** Doubles every second digit from the right. */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, isDoubled = false; i >= 0; i--, isDoubled = !isDoubled) {
    const digit = digitAt(digits, i) * (isDoubled ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/** ISO 7064 MOD 11,10: the last digit checks the others. */
export function isMod11And10(digits: string): boolean {
  let product = 10;
  for (let i = 0; i < digits.length - 1; i++) {
    const sum = (digitAt(digits, i) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === digitAt(digits, digits.length - 1);
}

/** The dihedral group of order ten. */
const dihedral = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const permutations = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];

export function isVerhoeff(digits: string): boolean {
  let check = 0;
  for (let i = digits.length - 1, place = 0; i >= 0; i--, place++) {
    const permuted = digitAt(permutations[place % 8] ?? '', digitAt(digits, i));
    check = digitAt(dihedral[check] ?? '', permuted);
  }
  return check === 0;
}

export function isOneDigitRepeated(digits: string): boolean {
  return /^(\d)\1*$/.test(digits);
}

/** Whether there is such a day in some year: 29 February counts. */
export function isDay(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= (daysOf[month - 1] ?? 0);
}

const daysOf = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
