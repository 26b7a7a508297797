const digit = 1;
const upper = 2;
const lower = 4;
const hex = 8;
const underscore = 16;

const kinds = new Uint8Array(128);
for (let code = 48; code <= 57; code += 1) kinds[code] = digit | hex;
for (let code = 65; code <= 90; code += 1) kinds[code] = upper | (code <= 70 ? hex : 0);
for (let code = 97; code <= 122; code += 1) kinds[code] = lower | (code <= 102 ? hex : 0);
kinds[95] = underscore;

function has(code: number, mask: number): boolean {
  return code >= 0 && code < 128 && ((kinds[code] ?? 0) & mask) !== 0;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** ASCII. */
export function isLetter(code: number): boolean {
  return has(code, upper | lower);
}

export function isLower(code: number): boolean {
  return has(code, lower);
}

/** ASCII. */
export function isLetterOrDigit(code: number): boolean {
  return has(code, upper | lower | digit);
}

export function isHex(code: number): boolean {
  return has(code, hex);
}

/** Letters of scripts that put blanks between words: a number that touches one is a part of its word. */
export function isForeignLetter(code: number): boolean {
  return code >= 0xc0 && code < 0x530 && code !== 0xd7 && code !== 0xf7;
}

/** What a word consists of, the underscore of identifiers included. */
export function isWord(code: number): boolean {
  return code < 128 ? has(code, upper | lower | digit | underscore) : isForeignLetter(code);
}

/** What separates groups of digits, as the sign that it stands for; empty: nothing of the kind. */
export function separatorOf(code: number): '' | ' ' | '-' | '.' {
  if (code < 128) return code === 32 ? ' ' : code === 45 ? '-' : code === 46 ? '.' : '';
  if (code === 0xa0 || code === 0x2007 || code === 0x2009 || code === 0x202f) return ' ';
  // Models like to write U+2011, which looks like a hyphen and keeps lines together.
  return (code >= 0x2010 && code <= 0x2013) || code === 0x2212 ? '-' : '';
}
