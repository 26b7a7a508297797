import { homoglyphs } from './homoglyphs.ts';

/** Nothing that a reader sees: joiners, soft hyphens, direction marks, variation selectors, fillers. */
const invisible = /^[\p{Default_Ignorable_Code_Point}\p{Cf}]$/u;
/**
 * Accents, and what Arabic and Hindi are written with or without: short vowels, hamza, the stretching of words, nukta.
 * Other marks are left alone: in Devanagari or Thai they are the vowels.
 */
const accents =
  /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]|[\u064b-\u065f]|\u0640|\u0670|\u093c/g;
const hangulSyllable = /^[\uac00-\ud7a3]$/;

const cache = new Map<number, string>();
/** Of the 150,000 characters no text uses more; a hostile one must not fill the memory. */
const mostCached = 20_000;

/**
 * What a character reads as: full-width, ligature, accented, look-alike or tag character as plain lower-case letters; ''
 * for what is not seen. Of each character alone, so that folding a text's beginning is the beginning of its folding.
 */
export function foldCodePoint(codePoint: number): string {
  const known = cache.get(codePoint);
  if (known !== undefined) return known;
  const folded = compute(codePoint);
  if (cache.size < mostCached) cache.set(codePoint, folded);
  return folded;
}

function compute(codePoint: number): string {
  // Tag characters: an invisible copy of ASCII that models read.
  if (codePoint >= 0xe0020 && codePoint <= 0xe007e) return String.fromCharCode(codePoint - 0xe0000).toLowerCase();
  const character = String.fromCodePoint(codePoint);
  if (invisible.test(character)) return '';
  if (hangulSyllable.test(character)) return character;
  const plain = character.normalize('NFKD').replace(accents, '');
  // Upper case first: it is what makes `ß`, `ſ` and final sigma equal to their other forms.
  let folded = '';
  for (const each of plain) {
    const lower = homoglyphs.has(each) ? each : each.toUpperCase().toLowerCase().normalize('NFKD').replace(accents, '');
    for (const letter of lower) folded += homoglyphs.get(letter) ?? letter;
  }
  return folded;
}
