import type { JsonPath } from './leaf.ts';

export interface NestedString {
  readonly path: JsonPath;
  /** Name of the nearest member around it. */
  readonly field: string | undefined;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What is deeper is found as well; its path is cut. */
const longestPath = 128;

/**
 * The string values of JSON that is itself the value of a string, such as the arguments of a tool call. Undefined: it is
 * not JSON, or a bare number or word, and the whole is to be read as one text.
 *
 * Strings are told apart by where they stand and not by their path: a name that stands twice hides nothing.
 */
export function nestedStrings(text: string): readonly NestedString[] | undefined {
  if (!/^\s*[{["]/.test(text)) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const found: NestedString[] = [];
  const path: (string | number)[] = [];
  const fields: (string | undefined)[] = [];
  const isObject: boolean[] = [];
  let isNameNext = false;
  let field: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const depth = isObject.length;
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = stringEnd(text, at);
        const value = JSON.parse(text.slice(at, end)) as string;
        if (isNameNext) {
          path[depth - 1] = value;
          field = value;
          isNameNext = false;
        } else if (value !== '')
          found.push({ path: path.slice(0, Math.min(depth, longestPath)), field, text: value, start: at, end });
        at = end - 1;
        break;
      }
      case 0x7b:
      case 0x5b:
        isNameNext = text.charCodeAt(at) === 0x7b;
        isObject.push(isNameNext);
        fields.push(field);
        path[depth] = 0;
        break;
      case 0x7d:
      case 0x5d:
        isObject.pop();
        field = fields.pop();
        isNameNext = false;
        break;
      case 0x2c:
        isNameNext = isObject[depth - 1] === true;
        if (!isNameNext) path[depth - 1] = Number(path[depth - 1]) + 1;
        break;
    }
  }
  return found;
}

/** Behind the closing quote of the string that opens at `at`. */
export function stringEnd(text: string, at: number): number {
  for (let end = at; ; ) {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
}
