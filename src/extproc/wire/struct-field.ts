import { record, recordSize, writeRecord, writeRecordHead } from './bytes-out.ts';

/**
 * One field of a `google.protobuf.Struct`, complete with its tag. A Struct is a map on the wire, so fields put behind each
 * other are one, and of two with the same key the later counts.
 */
export function structField(key: string, value: string | boolean): Buffer {
  const name = Buffer.from(key, 'utf8');
  const content = encodeValue(value);
  const entry = recordSize(name.length) + recordSize(content.length);
  const bytes = Buffer.allocUnsafe(recordSize(entry));
  let pos = writeRecordHead(bytes, 0, 0x0a, entry);
  pos = writeRecord(bytes, pos, 0x0a, name);
  writeRecord(bytes, pos, 0x12, content);
  return bytes;
}

/** `google.protobuf.Value`. */
function encodeValue(value: string | boolean): Buffer {
  return typeof value === 'string' ? record(0x1a, Buffer.from(value, 'utf8')) : Buffer.of(0x20, value ? 1 : 0);
}
