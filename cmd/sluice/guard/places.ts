/** Counted from 1, columns in characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Places in texts, for those who ask in the order in which they stand: counting goes on where it stopped, since a long text
 * may be full of findings.
 */
export function createPlaces(): (text: string, at: number) => Place {
  let counted = '';
  let index = 0;
  let line = 1;
  let column = 1;
  return (text, at) => {
    if (text !== counted || at < index) {
      counted = text;
      index = 0;
      line = 1;
      column = 1;
    }
    for (; index < at; index++) {
      if (text[index] === '\n') {
        line++;
        column = 1;
      } else if (!isSecondHalf(text, index)) {
        column++;
      }
    }
    return { line, column };
  };
}

/** Of a character that takes two units of UTF-16. */
function isSecondHalf(text: string, index: number): boolean {
  if ((text.charCodeAt(index) & 0xfc00) !== 0xdc00) return false;
  return index > 0 && (text.charCodeAt(index - 1) & 0xfc00) === 0xd800;
}
