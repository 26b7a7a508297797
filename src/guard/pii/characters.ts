export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** ASCII. */
export function isLetter(code: number): boolean {
  return isLower(code | 32);
}

export function isLower(code: number): boolean {
  return code >= 97 && code <= 122;
}

/** ASCII. */
export function isLetterOrDigit(code: number): boolean {
  return isDigit(code) || isLetter(code);
}

export function isHex(code: number): boolean {
  const lower = code | 32;
  return isDigit(code) || (lower >= 97 && lower <= 102);
}

/** Letters of scripts that put blanks between words: a number that touches one is a part of its word. */
export function isForeignLetter(code: number): boolean {
  return code >= 0xc0 && code < 0x530 && code !== 0xd7 && code !== 0xf7;
}

/**
 * Letters of scripts that put no blanks between words, or put articles and endings to them: Arabic, Devanagari, Thai, Han,
 * Kana, Hangul.
 */
export function isJoinedLetter(code: number): boolean {
  if (code < 0x620) return false;
  return (
    (code < 0x700 && (code < 0x660 || code > 0x66d)) ||
    (code >= 0x900 && code < 0x980 && code !== 0x964 && code !== 0x965) ||
    (code >= 0xe00 && code < 0xe50) ||
    (code >= 0x3041 && code <= 0x30ff) ||
    (code >= 0x3400 && code < 0xa000) ||
    (code >= 0xac00 && code < 0xd7a4)
  );
}

/** What a word consists of, the underscore of identifiers included. */
export function isWord(code: number): boolean {
  return code < 128 ? isLetterOrDigit(code) || code === 95 : isForeignLetter(code);
}

/** What separates groups of digits, as the sign that it stands for; empty: nothing of the kind. */
export function separatorOf(code: number): '' | ' ' | '-' | '.' {
  if (code < 128) return code === 32 ? ' ' : code === 45 ? '-' : code === 46 ? '.' : '';
  if (code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x202f || code === 0x205f || code === 0x3000)
    return ' ';
  // Models like to write U+2011, which looks like a hyphen and keeps lines together.
  return (code >= 0x2010 && code <= 0x2015) || code === 0x2212 ? '-' : '';
}

/** What forms of numbers tell apart. */
export const signs = { other: 0, digit: 1, letter: 2, blank: 3, hyphen: 4, dot: 5, slash: 6 } as const;
export type Sign = (typeof signs)[keyof typeof signs];

const bySeparator = { '': signs.other, ' ': signs.blank, '-': signs.hyphen, '.': signs.dot } as const;
const asciiSigns = Uint8Array.from({ length: 128 }, (_, code) => {
  if (isDigit(code)) return signs.digit;
  if (isLetter(code)) return signs.letter;
  return code === 47 ? signs.slash : bySeparator[separatorOf(code)];
});

export function signOf(code: number): Sign {
  return code < 128 ? ((asciiSigns[code] ?? signs.other) as Sign) : bySeparator[separatorOf(code)];
}
