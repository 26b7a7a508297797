/** What is read and how far. */
interface Cursor {
  readonly text: string;
  at: number;
}

const blanks = ' \n\r\t';

/**
 * Reads JSON that has escapes in names of members, and that `JSON.parse` has accepted.
 *
 * `JSON.parse` of V8 13.6 may give such a member another name: it guesses the next name from objects it has seen before,
 * and compares the guess with the spelling, not with what is spelled. After `{"model":1,"m\\u0065s":1}` it reads
 * `{"model":1,"m\u0065ssages":1}` with a member `m\u0065s` and without `messages`, so one caller could hide from the
 * gateway what the provider reads. Names are therefore read one by one here, where there is nothing to guess from.
 */
export function parseEscapedNames(text: string): unknown {
  return valueAt({ text, at: 0 });
}

function valueAt(cursor: Cursor): unknown {
  skipBlanks(cursor);
  switch (cursor.text[cursor.at]) {
    case '{':
      return objectAt(cursor);
    case '[':
      return arrayAt(cursor);
    case '"':
      return stringAt(cursor);
    default:
      return scalarAt(cursor);
  }
}

function objectAt(cursor: Cursor): object {
  const members: Record<string, unknown> = {};
  while (isInside(cursor, '}')) {
    const name = stringAt(cursor);
    skipBlanks(cursor);
    cursor.at++;
    const value = valueAt(cursor);
    // Assigned, this name would set the prototype.
    if (name === '__proto__') {
      Object.defineProperty(members, name, { value, writable: true, enumerable: true, configurable: true });
    } else members[name] = value;
  }
  return members;
}

function arrayAt(cursor: Cursor): unknown[] {
  const items: unknown[] = [];
  while (isInside(cursor, ']')) items.push(valueAt(cursor));
  return items;
}

/** Goes to the next entry, past the opening bracket or the comma before it; at the end goes past the closing one. */
function isInside(cursor: Cursor, close: string): boolean {
  skipBlanks(cursor);
  if (cursor.text[cursor.at] !== close) {
    cursor.at++;
    skipBlanks(cursor);
  }
  if (cursor.text[cursor.at] !== close) return true;
  cursor.at++;
  return false;
}

function stringAt(cursor: Cursor): string {
  const { text, at } = cursor;
  let end = at;
  for (let slashes = 1; slashes % 2 === 1; ) {
    end = text.indexOf('"', end + 1);
    slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes++;
  }
  cursor.at = end + 1;
  return JSON.parse(text.slice(at, end + 1)) as string;
}

function scalarAt(cursor: Cursor): unknown {
  const { text, at } = cursor;
  while (cursor.at < text.length && !',]}'.includes(text.charAt(cursor.at))) cursor.at++;
  return JSON.parse(text.slice(at, cursor.at));
}

function skipBlanks(cursor: Cursor): void {
  while (cursor.at < cursor.text.length && blanks.includes(cursor.text.charAt(cursor.at))) cursor.at++;
}
