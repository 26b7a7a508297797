/** A character that a text spells with others: `&#64;`, `&commat;`, `%40`, `\u0040`. */
export interface SpelledOut {
  readonly codePoint: number;
  /** Excluded. */
  readonly end: number;
}

/** The longest spelling, a pair of escaped escapes. */
export const longestSpelling = 18;

const ampersand = 38;
const percent = 37;
const backslash = 92;

const names = new Map<string, number>(
  Object.entries({
    amp: 0x26,
    apos: 0x27,
    ast: 0x2a,
    bsol: 0x5c,
    colon: 0x3a,
    comma: 0x2c,
    commat: 0x40,
    dash: 0x2010,
    dollar: 0x24,
    emsp: 0x2003,
    ensp: 0x2002,
    equals: 0x3d,
    excl: 0x21,
    gt: 0x3e,
    GT: 0x3e,
    hyphen: 0x2010,
    lowbar: 0x5f,
    lpar: 0x28,
    lt: 0x3c,
    LT: 0x3c,
    minus: 0x2212,
    nbsp: 0xa0,
    ndash: 0x2013,
    NewLine: 0x0a,
    num: 0x23,
    numsp: 0x2007,
    percnt: 0x25,
    period: 0x2e,
    plus: 0x2b,
    quest: 0x3f,
    quot: 0x22,
    rpar: 0x29,
    semi: 0x3b,
    shy: 0xad,
    sol: 0x2f,
    Tab: 0x09,
    thinsp: 0x2009,
    zwj: 0x200d,
    zwnj: 0x200c,
  }),
);
const longestName = Math.max(...[...names.keys()].map((name) => name.length));

/** Where a spelling may begin: what nearly all texts have nowhere. */
export const spellings = /&(?=[#a-zA-Z])|%(?=[2-7])|\\(?=\\?[ux])/g;

export function beginsSpelling(code: number): boolean {
  return code === ampersand || code === percent || code === backslash;
}

export function spelledOutAt(text: string, at: number): SpelledOut | undefined {
  switch (text.charCodeAt(at)) {
    case ampersand:
      return referenceAt(text, at);
    case percent:
      return percentAt(text, at);
    case backslash:
      return escapeAt(text, at);
    default:
      return undefined;
  }
}

/** Where a spelling begins that is not complete, or may go on; the length of the text: nowhere. */
export function openSpellingIn(text: string): number {
  for (let at = Math.max(0, text.length - longestSpelling); at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (beginsSpelling(code) && openSpelling.test(text.slice(at))) return at;
  }
  return text.length;
}

const reference = /&(?:amp;)?(?:#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));?|([a-zA-Z]{2,8});)/y;
function referenceAt(text: string, at: number): SpelledOut | undefined {
  reference.lastIndex = at;
  const found = reference.exec(text);
  if (found === null) return undefined;
  const [whole, hexadecimal, decimal, name] = found;
  const end = at + whole.length;
  if (name !== undefined) return spelling(names.get(name), end);
  return spelling(Number.parseInt(hexadecimal ?? decimal ?? '', hexadecimal === undefined ? 10 : 16), end);
}

const percentCode = /%(?:25)?([2-7][0-9a-fA-F])/y;

function percentAt(text: string, at: number): SpelledOut | undefined {
  percentCode.lastIndex = at;
  const found = percentCode.exec(text);
  return found === null ? undefined : spelling(Number.parseInt(found[1] ?? '', 16), at + found[0].length);
}

/** As JSON, JavaScript and others write it; twice the backslashes in a text within a text. */
const escaped =
  /\\{1,2}(?:u([dD][89abAB][0-9a-fA-F]{2})\\{1,2}u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2}))/y;
function escapeAt(text: string, at: number): SpelledOut | undefined {
  escaped.lastIndex = at;
  const found = escaped.exec(text);
  if (found === null) return undefined;
  const [whole, high, low, ...others] = found;
  const end = at + whole.length;
  if (high !== undefined && low !== undefined) {
    return spelling((Number.parseInt(high, 16) - 0xd800) * 0x400 + Number.parseInt(low, 16) - 0xdc00 + 0x10000, end);
  }
  return spelling(Number.parseInt(others.find((digits) => digits !== undefined) ?? '', 16), end);
}

const openSpelling = new RegExp(
  [
    `^&(?:a|am|amp|(?:amp;)?(?:#(?:[xX][0-9a-fA-F]{0,6}|[0-9]{0,7})|[a-zA-Z]{1,${longestName}})?)$`,
    '^%(?:[2-7]|25[2-7]?)?$',
    '^\\\\{1,2}(?:u(?:[0-9a-fA-F]{0,3}|\\{[0-9a-fA-F]{0,6})|x[0-9a-fA-F]?)?$',
    '^\\\\{1,2}u[dD][89abAB][0-9a-fA-F]{2}(?:\\\\{1,2}(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?$',
  ].join('|'),
);

/** What nobody spells on purpose, such as control characters, is none. */
function spelling(codePoint: number | undefined, end: number): SpelledOut | undefined {
  if (codePoint === undefined || codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return undefined;
  const isText = codePoint >= 0x20 || codePoint === 0x09 || codePoint === 0x0a || codePoint === 0x0d;
  return isText && codePoint !== 0x7f ? { codePoint, end } : undefined;
}
