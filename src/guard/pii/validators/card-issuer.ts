/** Lengths as bits: bit 16 for cards of 16 digits. */
interface Issuer {
  /** First four digits, from and to. */
  readonly from: number;
  readonly to: number;
  readonly lengths: number;
  /** So wide a range, or so rare a length, that most numbers within are something else. */
  readonly isRare: boolean;
}

function lengthBits(lengths: readonly number[]): number {
  return lengths.reduce((bits, length) => bits | (1 << length), 0);
}

/** `from` and `to`: first digits, as networks publish them. */
function issuer(from: number, to: number, lengths: readonly number[], isRare = false): Issuer {
  const scale = 10 ** (4 - String(from).length);
  return { from: from * scale, to: (to + 1) * scale - 1, lengths: lengthBits(lengths), isRare };
}

const to19 = [16, 17, 18, 19];
const from12 = [12, 13, 14, 15, ...to19];

/** The first that fits counts: ranges of Maestro enclose those of others. */
const issuers: readonly Issuer[] = [
  issuer(4, 4, [16]),
  issuer(4, 4, [13, 19], true),
  issuer(51, 55, [16]),
  issuer(2221, 2720, [16]),
  issuer(2200, 2204, [16]),
  issuer(34, 34, [15]),
  issuer(37, 37, [15]),
  issuer(6011, 6011, [16]),
  issuer(644, 649, [16]),
  issuer(65, 65, [16]),
  issuer(3528, 3589, [16]),
  issuer(3528, 3589, to19, true),
  issuer(36, 36, [14]),
  issuer(300, 305, [14]),
  issuer(3095, 3095, [14]),
  issuer(38, 39, [14]),
  issuer(300, 305, to19, true),
  issuer(3095, 3095, to19, true),
  issuer(36, 36, [15, ...to19], true),
  issuer(38, 39, [15, ...to19], true),
  issuer(62, 62, [16]),
  issuer(62, 62, [17, 18, 19], true),
  issuer(2200, 2204, [17, 18, 19], true),
  issuer(81, 82, [16]),
  issuer(9792, 9792, [16]),
  issuer(50, 50, from12, true),
  issuer(56, 69, from12, true),
];

/** Who issues cards with such a number, by its first four digits and its length (ranges of ISO/IEC 7812). */
export function cardIssuer(firstFour: number, length: number): 'common' | 'rare' | undefined {
  for (const { from, to, lengths, isRare } of issuers) {
    if (firstFour >= from && firstFour <= to && ((lengths >> length) & 1) === 1) return isRare ? 'rare' : 'common';
  }
  return undefined;
}
