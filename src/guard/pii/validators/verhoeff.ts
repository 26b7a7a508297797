const multiplied = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
  [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
  [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
  [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
  [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
  [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
  [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
  [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
  [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

const permuted: readonly (readonly number[])[] = Array.from({ length: 8 }).reduce<readonly (readonly number[])[]>(
  (rows) => [...rows, rows.at(-1)?.map((digit) => permutation[digit] ?? 0) ?? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  [],
);

/** Over the dihedral group of order ten: finds every single wrong digit and every swap of neighbours. */
export function isVerhoeff(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    sum = multiplied[sum]?.[permuted[place % 8]?.[digit] ?? 0] ?? 0;
  }
  return sum === 0;
}
