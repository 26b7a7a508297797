import { metadataNamespaces } from '../contract.ts';
import { record, recordSize, writeRecord, writeRecordHead } from './wire/bytes-out.ts';

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

/** By what later attempts find their request. */
export const inRoute = namespaceMetadata(metadataNamespaces.route);

/** What the access log of Envoy shows. */
export const inLog = namespaceMetadata(metadataNamespaces.log);

/**
 * An entry of `typed_dynamic_metadata`: a message of this type in this namespace. The parts are encoded fields of it, put
 * behind each other.
 */
export function typedMetadata(namespace: string, type: string): (parts: readonly Buffer[]) => Buffer {
  const name = record(0x0a, Buffer.from(namespace, 'utf8'));
  const typeUrl = record(0x0a, Buffer.from(`type.googleapis.com/${type}`, 'utf8'));
  return (parts) => {
    let message = 0;
    for (const part of parts) message += part.length;
    const any = typeUrl.length + recordSize(message);
    const bytes = Buffer.allocUnsafe(name.length + recordSize(any));
    bytes.set(name, 0);
    let pos = writeRecordHead(bytes, name.length, 0x12, any);
    bytes.set(typeUrl, pos);
    pos = writeRecordHead(bytes, pos + typeUrl.length, 0x12, message);
    for (const part of parts) {
      bytes.set(part, pos);
      pos += part.length;
    }
    return bytes;
  };
}
