import type { Cursor } from './cursor.ts';

/** What a `google.protobuf.Value` may hold that needs no tree. */
export type Scalar = string | number | boolean;

/** Part of a message, by offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Whether the bytes are this text in UTF-8, without decoding them unless the text leaves ASCII. */
export function isText(bytes: Buffer, start: number, end: number, text: string): boolean {
  const length = end - start;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) {
      return bytes.toString('utf8', start, end) === text;
    }
    if (i >= length || bytes[start + i] !== code) {
      return false;
    }
  }
  return length === text.length;
}

/**
 * Value of `key` in a `map<string, …>` with the given field number, searched among the records from `start` to `end`.
 * All three maps on our way have that shape: `attributes`, `filter_metadata` and `Struct.fields`. The last entry of a
 * key counts.
 */
export function findField(cursor: Cursor, start: number, end: number, number: number, key: string): Span | undefined {
  const wanted = (number << 3) | 2;
  let found: Span | undefined;
  cursor.pos = start;
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    if (tag !== wanted) {
      cursor.skip(tag, end);
      continue;
    }
    const entryEnd = cursor.length(end) + cursor.pos;
    let keyStart = cursor.pos;
    let keyEnd = keyStart;
    let valueStart = entryEnd;
    let valueEnd = entryEnd;
    while (cursor.pos < entryEnd) {
      const inner = cursor.tag(entryEnd);
      if (inner === 0x0a) {
        keyEnd = cursor.length(entryEnd) + cursor.pos;
        keyStart = cursor.pos;
        cursor.pos = keyEnd;
      } else if (inner === 0x12) {
        valueEnd = cursor.length(entryEnd) + cursor.pos;
        valueStart = cursor.pos;
        cursor.pos = valueEnd;
      } else {
        cursor.skip(inner, entryEnd);
      }
    }
    if (isText(cursor.bytes, keyStart, keyEnd, key)) {
      found = { start: valueStart, end: valueEnd };
    }
  }
  return found;
}

/** The scalar in a `google.protobuf.Value`. Null, lists and structs are undefined: nobody on the hot path reads them. */
export function readScalar(cursor: Cursor, start: number, end: number): Scalar | undefined {
  let value: Scalar | undefined;
  cursor.pos = start;
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    switch (tag) {
      case 0x11:
        value = cursor.double(end);
        break;
      case 0x1a: {
        const length = cursor.length(end);
        value = cursor.bytes.toString('utf8', cursor.pos, cursor.pos + length);
        cursor.pos += length;
        break;
      }
      case 0x20:
        value = cursor.varint(end) !== 0;
        break;
      case 0x08:
      case 0x2a:
      case 0x32:
        value = undefined;
        cursor.skip(tag, end);
        break;
      default:
        cursor.skip(tag, end);
    }
  }
  return value;
}
