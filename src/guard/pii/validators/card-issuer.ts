interface Issuer {
  /** First digits, from and to, of equal length. */
  readonly from: number;
  readonly to: number;
  readonly lengths: readonly number[];
  /** So wide a range, or so rare a length, that most numbers within are something else. */
  readonly isRare: boolean;
}

function issuer(from: number, to: number, lengths: readonly number[], isRare = false): Issuer {
  return { from, to, lengths, isRare };
}

const to19 = [16, 17, 18, 19];

/** The first that fits counts: ranges of Maestro enclose those of others. */
const issuers: readonly Issuer[] = [
  issuer(4, 4, [16]),
  issuer(4, 4, [13, 19], true),
  issuer(51, 55, [16]),
  issuer(2221, 2720, [16]),
  issuer(34, 34, [15]),
  issuer(37, 37, [15]),
  issuer(6011, 6011, to19),
  issuer(644, 649, to19),
  issuer(65, 65, to19),
  issuer(3528, 3589, to19),
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
  issuer(50, 50, [12, 13, 14, 15, ...to19], true),
  issuer(56, 69, [12, 13, 14, 15, ...to19], true),
];

/** Who issues cards with such a number, by its first digits and its length: ISO/IEC 7812 ranges as networks publish them. */
export function cardIssuer(digits: string): 'common' | 'rare' | undefined {
  const found = issuers.find(({ from, to, lengths }) => {
    const prefix = Number(digits.slice(0, from < 10 ? 1 : from < 100 ? 2 : from < 1000 ? 3 : 4));
    return prefix >= from && prefix <= to && lengths.includes(digits.length);
  });
  if (found === undefined) return undefined;
  return found.isRare ? 'rare' : 'common';
}
