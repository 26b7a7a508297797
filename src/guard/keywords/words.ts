/** What a folded character means for where words begin and end. */
export const kind = { other: 0, word: 1, continuous: 2, mark: 3 } as const;
export type Kind = (typeof kind)[keyof typeof kind];

/** Written without spaces: a word may begin and end at every character. */
const continuous =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const letterOrDigit = /[\p{L}\p{N}]/u;
const mark = /\p{M}/u;

const ascii = Uint8Array.from({ length: 128 }, (_, code) => classify(String.fromCharCode(code)));
const cache = new Map<number, Kind>();
const mostCached = 20_000;

/** The underscore is not part of a word: identifiers are made of words. Half a pair takes the kind of its character. */
export function kindAt(text: string, index: number): Kind {
  const code = text.charCodeAt(index);
  if (code < 128) return (ascii[code] ?? kind.other) as Kind;
  const isLow = code >= 0xdc00 && code <= 0xdfff && index > 0;
  const codePoint = text.codePointAt(isLow ? index - 1 : index) ?? 0;
  const known = cache.get(isLow && codePoint <= 0xffff ? code : codePoint);
  if (known !== undefined) return known;
  const found = classify(String.fromCodePoint(isLow && codePoint <= 0xffff ? code : codePoint));
  if (cache.size < mostCached) cache.set(isLow && codePoint <= 0xffff ? code : codePoint, found);
  return found;
}

function classify(character: string): Kind {
  if (mark.test(character)) return kind.mark;
  if (continuous.test(character)) return kind.continuous;
  return letterOrDigit.test(character) ? kind.word : kind.other;
}

/** Whether a word may end before and another begin behind this place. A mark belongs to what it stands on. */
export function isBoundary(left: Kind, right: Kind): boolean {
  if (right === kind.mark) return false;
  const isInWord = left === kind.word || left === kind.mark;
  return !(isInWord && right === kind.word);
}

const separators = /[\s\-_\u00b7\u2010-\u2015]/u;
const asciiSeparators = Uint8Array.from({ length: 128 }, (_, code) =>
  separators.test(String.fromCharCode(code)) ? 1 : 0,
);

/** What may stand between the words of a phrase, any number of them: white space, line breaks, hyphens, underscores. */
export function isSeparator(code: number): boolean {
  return code < 128 ? asciiSeparators[code] === 1 : separators.test(String.fromCharCode(code));
}
