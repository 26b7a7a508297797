/** Nothing that a reader sees: joiners, soft hyphens, direction marks, variation selectors. */
const invisible = /^[\p{Default_Ignorable_Code_Point}\p{Cf}]$/u;
/** Marks of other scripts are left alone: in Devanagari or Thai they are the vowels. */
const mark = /^(?:[\u0300-\u036f]|[\u1ab0-\u1aff]|[\u1dc0-\u1dff]|[\u20d0-\u20ff]|[\ufe20-\ufe2f])$/;
const decimalDigit = /^\p{Nd}$/u;
const printable = /^[ -~]$/;
const softHyphen = 0xad;
/** Full-width `,` `!` `?` `;`: every sentence has one, and no value. */
const ofSentences = new Set([0xff0c, 0xff01, 0xff1f, 0xff1b]);

const known = new Map<number, string>();
/** Of the 150,000 characters no text uses more; a hostile one must not fill the memory. */
const mostKnown = 20_000;

/**
 * What a character stands for where values are read: digits of every script, full-width and mathematical letters and signs
 * as those of ASCII, '' for what is not seen. Case and look-alike letters of other alphabets stay: they are other values.
 * So do the superscripts of Latin-1 (`m²`) and full-width commas, which ordinary texts are full of.
 */
export function plainCharacter(codePoint: number): string {
  const found = known.get(codePoint);
  if (found !== undefined) return found;
  const plain = compute(codePoint);
  if (known.size < mostKnown) known.set(codePoint, plain);
  return plain;
}

function compute(codePoint: number): string {
  const character = String.fromCodePoint(codePoint);
  if (codePoint < 0x100 && codePoint !== softHyphen) return character;
  // Tag characters: an invisible copy of ASCII that models read.
  if (codePoint >= 0xe0020 && codePoint <= 0xe007e) return String.fromCharCode(codePoint - 0xe0000);
  if (invisible.test(character) || mark.test(character)) return '';
  if (decimalDigit.test(character)) return String(digitValue(codePoint));
  if (ofSentences.has(codePoint)) return character;
  const compatible = character.normalize('NFKC');
  return printable.test(compatible) ? compatible : character;
}

/** Decimal digits of a script stand in order, from its zero on; those of some follow each other. */
function digitValue(codePoint: number): number {
  let zero = codePoint;
  while (decimalDigit.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return (codePoint - zero) % 10;
}
