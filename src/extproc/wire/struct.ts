import { record, recordSize, writeRecord, writeRecordHead } from './bytes-out.ts';
import { WireError } from './wire-error.ts';

/** What fits into a `google.protobuf.Value`. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Our own values are two or three levels deep; a cycle would otherwise end in a stack overflow. */
const maxDepth = 64;

/**
 * `google.protobuf.Struct` as bytes. A Struct is a map on the wire, so two encoded Structs put behind each other are
 * their merge, key by key, the later one winning: `Buffer.concat([route, log])`.
 */
export function encodeStruct(fields: { readonly [key: string]: Json }): Buffer {
  return structOf(fields, 0);
}

/** `google.protobuf.Value` as bytes. */
export function encodeValue(value: Json): Buffer {
  return encodeNested(value, 0);
}

/** One field of a Struct, complete with its tag: fields put behind each other are a Struct. */
export function structField(key: string, value: Buffer): Buffer {
  const name = Buffer.from(key, 'utf8');
  const entry = recordSize(name.length) + recordSize(value.length);
  const bytes = Buffer.allocUnsafe(recordSize(entry));
  let pos = writeRecordHead(bytes, 0, 0x0a, entry);
  pos = writeRecord(bytes, pos, 0x0a, name);
  writeRecord(bytes, pos, 0x12, value);
  return bytes;
}

/** Makes a Value of an encoded Struct. */
export function structValue(struct: Buffer): Buffer {
  return record(0x2a, struct);
}

/** One item of a list, complete with its tag: items put behind each other are a ListValue. */
export function listItem(value: Buffer): Buffer {
  return record(0x0a, value);
}

/** Makes a Value of an encoded ListValue, that is of items put behind each other. */
export function listValue(items: Buffer): Buffer {
  return record(0x32, items);
}

function structOf(fields: { readonly [key: string]: Json }, depth: number): Buffer {
  const parts: Buffer[] = [];
  for (const key of Object.keys(fields)) {
    parts.push(structField(key, encodeNested(fields[key] as Json, depth)));
  }
  return Buffer.concat(parts);
}

function encodeNested(value: Json, depth: number): Buffer {
  if (depth > maxDepth) {
    throw new WireError('a value nested too deeply for a Struct');
  }
  switch (typeof value) {
    case 'string':
      return record(0x1a, Buffer.from(value, 'utf8'));
    case 'number': {
      const bytes = Buffer.allocUnsafe(9);
      bytes[0] = 0x11;
      bytes.writeDoubleLE(value, 1);
      return bytes;
    }
    case 'boolean':
      return Buffer.of(0x20, value ? 1 : 0);
    default:
      if (value === null) {
        return Buffer.of(0x08, 0);
      }
      if (isList(value)) {
        return listValue(Buffer.concat(value.map((item) => listItem(encodeNested(item, depth + 1)))));
      }
      return structValue(structOf(value, depth + 1));
  }
}

/** `Array.isArray` alone does not narrow readonly arrays. */
function isList(value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}
