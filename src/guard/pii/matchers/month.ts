import { type Attempt, codeAt } from '../attempt.ts';
import { isForeignLetter, isLetter, isLetterOrDigit } from '../characters.ts';

const names = 'january february march april may june july august september october november december'.split(' ');
const lettersThatTell = 3;
const longestShort = 4;
const dot = 46;

/** By their first three letters, which no two have in common. */
const byBeginning = new Map(names.map((name, index) => [keyOf(codesOf(name)), index + 1]));
const firstLetters = new Set(names.map((name) => name.charCodeAt(0)));

function codesOf(name: string): readonly number[] {
  return Array.from({ length: lettersThatTell }, (_, index) => name.charCodeAt(index));
}

function keyOf([first = 0, second = 0, third = 0]: readonly number[]): number {
  return (first << 14) | (second << 7) | third;
}

export function beginsMonth(code: number): boolean {
  return firstLetters.has(code | 32);
}

/** 1 to 12, by its English name or the first three or four letters of it; 0: none. */
export function monthAt(attempt: Attempt, start: number): number {
  let key = 0;
  for (let at = start; at < start + lettersThatTell; at += 1) {
    const code = codeAt(attempt, at);
    if (!isLetter(code)) return 0;
    key = (key << 7) | code | 32;
  }
  const month = byBeginning.get(key) ?? 0;
  return month > 0 && isName(attempt, start, names[month - 1] ?? '') ? month : 0;
}

function isName(attempt: Attempt, start: number, name: string): boolean {
  let at = start + lettersThatTell;
  while (at - start < name.length && (codeAt(attempt, at) | 32) === name.charCodeAt(at - start)) at += 1;
  const isEnough = at - start <= longestShort || at - start === name.length;
  return isEnough && !isLetterOrDigit(codeAt(attempt, at)) && !isForeignLetter(codeAt(attempt, at));
}

/** Behind a month's name and its dot. */
export function monthEnd(attempt: Attempt, start: number): number {
  let at = start;
  while (isLetter(codeAt(attempt, at))) at += 1;
  return codeAt(attempt, at) === dot ? at + 1 : at;
}

/**
 * German, French, Spanish, Italian, Portuguese, Dutch, Polish, Turkish, Russian, Ukrainian and Indonesian, as they stand
 * behind a day and as far as they are not spelled as in English; some short forms.
 */
const elsewhere: ReadonlyMap<string, number> = new Map(
  [
    'januar jänner janvier enero gennaio janeiro januari stycznia ocak января січня',
    'februar feber février fevrier febrero febbraio fevereiro feb februari lutego şubat февраля лютого',
    'märz maerz mars marzo março marco mär maart marca mart maret марта березня',
    'avril abril aprile avr abr kwietnia nisan апреля квітня',
    'mai mayo maggio maio mei maja mayıs мая травня',
    'juni juin junio giugno junho czerwca haziran июня червня',
    'juli juillet julio luglio julho lipca temmuz июля липня',
    'août aout agosto augustus sierpnia ağustos agustus августа серпня',
    'septembre septiembre settembre setembro września eylül сентября вересня',
    'oktober octobre octubre ottobre outubro okt października ekim октября жовтня',
    'novembre noviembre listopada kasım ноября листопада',
    'dezember décembre decembre diciembre dicembre dezembro dez grudnia aralık desember декабря грудня',
  ].flatMap((names, index) => names.split(' ').map((name) => [name, index + 1] as const)),
);
const longestElsewhere = 12;

/** A month behind its day, in any of these languages, and where its name ends, its dot included. */
export function namedMonthAt(attempt: Attempt, start: number): { month: number; end: number } | undefined {
  const english = monthAt(attempt, start);
  if (english > 0) return { month: english, end: monthEnd(attempt, start) };
  let at = start;
  while (at - start <= longestElsewhere && isNameLetter(codeAt(attempt, at))) at += 1;
  const month = elsewhere.get(attempt.text.slice(start, at).toLowerCase());
  if (month === undefined || isLetterOrDigit(codeAt(attempt, at))) return undefined;
  return { month, end: codeAt(attempt, at) === dot ? at + 1 : at };
}

function isNameLetter(code: number): boolean {
  return isLetter(code) || isForeignLetter(code);
}
