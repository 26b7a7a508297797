import type { Cursor } from './cursor.ts';
import { readScalar } from './struct-read.ts';
import { WireError } from './wire-error.ts';

/** What fits into a `google.protobuf.Value`. */
export type Json = string | number | boolean | null | readonly Json[] | JsonMap;

export interface JsonMap {
  readonly [key: string]: Json;
}

/** Envoy reads no JSON that is nested more deeply; whoever sends more is playing. */
const maxDepth = 128;

/** A `google.protobuf.Struct` as a whole, as a map that inherits nothing. The last entry of a key counts. */
export function readStruct(cursor: Cursor, start: number, end: number, depth = 0): JsonMap {
  if (depth > maxDepth) throw new WireError('a Struct nested too deeply', start);
  const fields: Record<string, Json> = Object.create(null);
  cursor.pos = start;
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    if (tag !== 0x0a) {
      cursor.skip(tag, end);
      continue;
    }
    const entryEnd = cursor.length(end) + cursor.pos;
    let key = '';
    let value: Json = null;
    while (cursor.pos < entryEnd) {
      const inner = cursor.tag(entryEnd);
      if (inner !== 0x0a && inner !== 0x12) {
        cursor.skip(inner, entryEnd);
        continue;
      }
      const at = cursor.length(entryEnd) + cursor.pos;
      if (inner === 0x0a) key = cursor.bytes.toString('utf8', cursor.pos, at);
      else value = readValue(cursor, cursor.pos, at, depth);
      cursor.pos = at;
    }
    fields[key] = value;
  }
  return fields;
}

function readValue(cursor: Cursor, start: number, end: number, depth: number): Json {
  const scalar = readScalar(cursor, start, end);
  if (scalar !== undefined) return scalar;
  let value: Json = null;
  cursor.pos = start;
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    if (tag !== 0x2a && tag !== 0x32) {
      if (tag === 0x08) value = null;
      cursor.skip(tag, end);
      continue;
    }
    const at = cursor.length(end) + cursor.pos;
    value = (tag === 0x2a ? readStruct : readList)(cursor, cursor.pos, at, depth + 1);
    cursor.pos = at;
  }
  return value;
}

function readList(cursor: Cursor, start: number, end: number, depth: number): readonly Json[] {
  if (depth > maxDepth) throw new WireError('a Struct nested too deeply', start);
  const items: Json[] = [];
  cursor.pos = start;
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    if (tag !== 0x0a) {
      cursor.skip(tag, end);
      continue;
    }
    const at = cursor.length(end) + cursor.pos;
    items.push(readValue(cursor, cursor.pos, at, depth));
    cursor.pos = at;
  }
  return items;
}
