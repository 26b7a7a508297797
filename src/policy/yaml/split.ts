/** The text of one document of a file, with the number (from 0) of the line where it begins. */
export interface Part {
  readonly text: string;
  readonly line: number;
}

// YAML 1.2, 9.1.2: a line that begins so is a boundary wherever it stands, within quotes and block texts as well.
const boundary = /^\ufeff?(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;

// Where files were joined there is one in the middle. YAML allows it at the beginning of each document, and means nothing.
const byteOrderMark = /^((?:---[^\n]*\n)?)\ufeff/;

/**
 * Cuts a file into its documents before anything is parsed. So a syntax error in one cannot swallow the next, and a
 * document whose text did not change need not be parsed again.
 */
export function split(text: string): readonly Part[] {
  const parts: Part[] = [];
  let start = 0;
  let line = 0;
  const cut = (end: number): void => {
    const piece = text.slice(start, end).replace(byteOrderMark, '$1');
    if (hasContent(piece)) parts.push({ text: piece, line });
    line += countLines(piece);
    start = end;
  };
  for (const match of text.matchAll(boundary)) cut(match.index);
  cut(text.length);
  return parts;
}

/** Comments, directives and the boundary itself are no content. */
function hasContent(piece: string): boolean {
  return /^(?!---\s*(#.*)?$|\.\.\.\s*(#.*)?$|%)[ \t]*[^#\s]/m.test(piece);
}

function countLines(piece: string): number {
  let count = 0;
  for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) count++;
  return count;
}
