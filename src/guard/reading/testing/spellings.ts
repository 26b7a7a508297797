import type { Random } from '../../../lib/testing/random.ts';

const hex = (code: number, length = 0): string => code.toString(16).padStart(length, '0');
const digitsOf = (zero: number) => (code: number) =>
  code >= 48 && code <= 57 ? String.fromCodePoint(zero + code - 48) : String.fromCharCode(code);

/** Ways to write a character of ASCII so that its readers take it for the same. */
export const spellingsOf: Readonly<Record<string, (code: number) => string>> = {
  'full width': (code) => (code > 32 ? String.fromCharCode(code + 0xfee0) : '\u3000'),
  'Arabic digits': digitsOf(0x660),
  'Persian digits': digitsOf(0x6f0),
  'Devanagari digits': digitsOf(0x966),
  'mathematical digits': digitsOf(0x1d7ce),
  'decimal references': (code) => `&#${code};`,
  'hexadecimal references': (code) => `&#x${hex(code)};`,
  'references with zeros': (code) => `&#${String(code).padStart(5, '0')};`,
  'references of references': (code) => `&amp;#${code};`,
  'percent-encoding': (code) => `%${hex(code, 2)}`,
  'percent-encoding, twice': (code) => `%25${hex(code, 2)}`,
  'JSON escapes': (code) => `\\u${hex(code, 4)}`,
  'JSON escapes, twice': (code) => `\\\\u${hex(code, 4)}`,
  'JavaScript escapes': (code) => `\\x${hex(code, 2)}`,
  'code point escapes': (code) => `\\u{${hex(code)}}`,
  'zero-width spaces': (code) => `\u200b${String.fromCharCode(code)}`,
  'soft hyphens': (code) => `${String.fromCharCode(code)}\u00ad`,
  'direction marks': (code) => `\u2066${String.fromCharCode(code)}\u2069`,
  'lines below': (code) => `${String.fromCharCode(code)}\u0332`,
  'keycap emoji': (code) => `${String.fromCharCode(code)}\ufe0f\u20e3`,
  'invisible references': (code) => `&shy;${String.fromCharCode(code)}`,
};

/** The text with each of its characters of ASCII written in this way. */
export function writtenAs(text: string, spelling: (code: number) => string): string {
  return Array.from(text, (each) => (each < '\u0080' ? spelling(each.charCodeAt(0)) : each)).join('');
}

const spellings = Object.values(spellingsOf);

/** Some of its characters written otherwise, and other things in between that look like it. */
export function someOtherwise(text: string, random: Random): string {
  const [spelling = String] = [spellings[random.below(spellings.length)]];
  const oneOf = 1 + random.below(12);
  return Array.from(text, (each) => {
    if (random.below(40) === 0) return each + random.pick(oddities);
    return each < '\u0080' && random.below(oneOf) === 0 ? spelling(each.charCodeAt(0)) : each;
  }).join('');
}

const oddities = [
  ...[
    '&',
    '&#',
    '&#x',
    '&amp;',
    '&amp',
    '&nbsp;',
    '&lt;',
    '&eacute;',
    '%',
    '%4',
    '%25',
    '%zz',
    '\\',
    '\\\\',
    '\\u',
    '\\u00',
  ],
  ...[
    '\\ud835',
    '\\ud835\\udfd2',
    '\\x',
    '\u200b',
    '\u200b'.repeat(31),
    '\u200d'.repeat(40),
    '。',
    '，',
    '🙂',
    '\ud83d',
    '\u0301',
  ],
];
