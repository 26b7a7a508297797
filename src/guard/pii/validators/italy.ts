import { type Verdict, validIf } from './verdict.ts';

const form = /^[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]$/;
/** Value of a character at an odd place, for 0 to 9 and A to Z. */
const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
const oddLetters = [...odd, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
const digitLetters = 'LMNPQRSTUV';

/** Codice fiscale: mod 26 over two tables. Where codes collide, digits are replaced by letters, which hides the date. */
export function judgeFiscalCode(value: string): Verdict {
  if (!form.test(value)) return 'invalid';
  const day = Number(digitOf(value.charAt(9)) + digitOf(value.charAt(10))) % 40;
  if (day < 1 || day > 31) return 'invalid';
  let sum = 0;
  for (let index = 0; index < 15; index += 1) {
    const code = value.charCodeAt(index);
    const place = code >= 65 ? code - 65 : code - 48;
    sum += index % 2 === 1 ? place : ((code >= 65 ? oddLetters[place] : odd[place]) ?? 0);
  }
  return validIf(String.fromCharCode(65 + (sum % 26)) === value[15]);
}

function digitOf(character: string): string {
  const place = digitLetters.indexOf(character);
  return place < 0 ? character : String(place);
}
