export interface Slice {
  readonly start: number;
  /** Excluded. */
  readonly end: number;
}

/** How far behind the wished start of a slice the beginning of a word is looked for. */
const wordReach = 64;

/**
 * Slices of at most `longest` code units that cover the text. Each repeats at least `overlap` code units of the one
 * before it, so that whatever is no longer than that stands whole in one of them. `longest` is at least four times
 * `overlap` plus `wordReach`.
 */
export function split(text: string, longest: number, overlap: number): readonly Slice[] {
  const slices: Slice[] = [];
  let start = 0;
  while (text.length - start > longest) {
    const end = cutBefore(text, start + longest, start + Math.ceil(longest * 0.75));
    slices.push({ start, end });
    start = startBefore(text, end - overlap);
  }
  slices.push({ start, end: text.length });
  return slices;
}

// Code by code and without patterns: a text of megabytes without any sentence would keep everybody waiting.

const newLine = 0x0a;
const otherEnds = codesOf('…。！？');
const otherSpaces = codesOf('\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff');

function codesOf(signs: string): ReadonlySet<number> {
  return new Set(Array.from(signs, (sign) => sign.charCodeAt(0)));
}

function isSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return otherSpaces.has(code) || (code >= 0x2000 && code <= 0x200a);
}

function isSentenceEnd(code: number, next: number): boolean {
  if (code === newLine) return true;
  // `3.5` and `a.b` end nothing.
  if (code < 0x80) return (code === 0x2e || code === 0x21 || code === 0x3f) && isSpace(next);
  return otherEnds.has(code) && (code > 0x3000 || isSpace(next));
}

/** After the last sentence that fits, else after the last word; never inside a surrogate pair. */
function cutBefore(text: string, latest: number, earliest: number): number {
  let afterWord: number | undefined;
  for (let at = latest; at > earliest; at--) {
    const last = text.charCodeAt(at - 1);
    if (isSentenceEnd(last, text.charCodeAt(at))) return at;
    if (afterWord === undefined && isSpace(last)) afterWord = at;
  }
  return afterWord ?? (isInsidePair(text, latest) ? latest - 1 : latest);
}

/** Earlier rather than later: the overlap is what finds things across a cut. */
function startBefore(text: string, latest: number): number {
  for (let at = latest; at > latest - wordReach; at--) {
    if (isSpace(text.charCodeAt(at - 1))) return at;
  }
  return isInsidePair(text, latest) ? latest - 1 : latest;
}

function isInsidePair(text: string, at: number): boolean {
  return (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}
