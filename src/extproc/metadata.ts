import { recordSize, writeRecord, writeRecordHead } from './wire/bytes-out.ts';

/**
 * The Struct `{ [namespace]: { …fields } }` as bytes, in one allocation. The fields are encoded ones (`structField`), so
 * that what is known beforehand is encoded beforehand.
 */
export function namespaceMetadata(namespace: string): (fields: readonly Buffer[]) => Buffer {
  const name = Buffer.from(namespace, 'utf8');
  return (fields) => {
    let struct = 0;
    for (const field of fields) struct += field.length;
    const value = recordSize(struct);
    const entry = recordSize(name.length) + recordSize(value);
    const bytes = Buffer.allocUnsafe(recordSize(entry));
    let pos = writeRecordHead(bytes, 0, 0x0a, entry);
    pos = writeRecord(bytes, pos, 0x0a, name);
    pos = writeRecordHead(bytes, pos, 0x12, value);
    pos = writeRecordHead(bytes, pos, 0x2a, struct);
    for (const field of fields) {
      bytes.set(field, pos);
      pos += field.length;
    }
    return bytes;
  };
}

/** An encoded Struct field whose value is a list of encoded items (`listItem`). */
export function listFieldOf(key: string): (items: readonly Buffer[]) => Buffer {
  const name = Buffer.from(key, 'utf8');
  return (items) => {
    let list = 0;
    for (const item of items) list += item.length;
    const value = recordSize(list);
    const entry = recordSize(name.length) + recordSize(value);
    const bytes = Buffer.allocUnsafe(recordSize(entry));
    let pos = writeRecordHead(bytes, 0, 0x0a, entry);
    pos = writeRecord(bytes, pos, 0x0a, name);
    pos = writeRecordHead(bytes, pos, 0x12, value);
    pos = writeRecordHead(bytes, pos, 0x32, list);
    for (const item of items) {
      bytes.set(item, pos);
      pos += item.length;
    }
    return bytes;
  };
}
