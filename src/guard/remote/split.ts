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

const sentenceEnd = /[.!?…。！？\n]/;
const space = /\s/;

/** After the last sentence that fits, else after the last word; never inside a surrogate pair. */
function cutBefore(text: string, latest: number, earliest: number): number {
  for (let at = latest; at > earliest; at--) {
    const last = text.charAt(at - 1);
    if (sentenceEnd.test(last) && (last === '\n' || last > '\u3000' || space.test(text.charAt(at)))) return at;
  }
  for (let at = latest; at > earliest; at--) {
    if (space.test(text.charAt(at - 1))) return at;
  }
  return isInsidePair(text, latest) ? latest - 1 : latest;
}

/** Earlier rather than later: the overlap is what finds things across a cut. */
function startBefore(text: string, latest: number): number {
  for (let at = latest; at > latest - wordReach; at--) {
    if (space.test(text.charAt(at - 1))) return at;
  }
  return isInsidePair(text, latest) ? latest - 1 : latest;
}

function isInsidePair(text: string, at: number): boolean {
  return (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}
