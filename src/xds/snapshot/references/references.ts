import { type DescMessage, fromBinary, type Message } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Any } from '@bufbuild/protobuf/wkt';
import { getOrCreate } from '../../../lib/get-or-create.ts';
import { messageTypes } from '../message-types.ts';
import type { Resource } from '../resource.ts';

import { type Fields, opaqueClusterPaths, type Reference, referenceRules } from './table.ts';

export type { Reference };

const found = new WeakMap<Resource, readonly Reference[]>();

/**
 * The other resources that one names, without duplicates. Kept per resource: checking five thousand unchanged clusters
 * again costs nothing.
 */
export function referencesOf(resource: Resource): readonly Reference[] {
  return getOrCreate(found, resource, () => {
    const references = new Map<string, Reference>();
    collectPacked(resource.typeUrl, resource.body, (reference) => {
      references.set(`${reference.type} ${reference.name}`, reference);
    });
    return [...references.values()];
  });
}

/** Name under which an EDS cluster asks for its endpoints; nothing for other clusters. */
export function edsNameOf(cluster: Resource): string | undefined {
  return referencesOf(cluster).find((reference) => reference.type === 'endpoint')?.name;
}

type Collect = (reference: Reference) => void;

function collectPacked(typeUrl: string, body: Uint8Array, collect: Collect): void {
  const typeName = typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
  const path = opaqueClusterPaths[typeName];
  if (path !== undefined) {
    for (const name of stringsAt(body, path)) collect({ type: 'cluster', name });
    return;
  }
  const schema = messageTypes.getMessage(typeName);
  if (schema !== undefined) collectFrom(schema, fromBinary(schema, body), collect);
}

function collectFrom(schema: DescMessage, message: Message, collect: Collect): void {
  if (schema.typeName === 'google.protobuf.Any') {
    const packed = message as Any;
    collectPacked(packed.typeUrl, packed.value, collect);
    return;
  }
  const fields = message as unknown as Fields;
  for (const reference of referenceRules[schema.typeName]?.(fields) ?? []) collect(reference);
  for (const field of schema.fields) {
    if (field.message === undefined) continue;
    const holder = field.oneof === undefined ? fields[field.localName] : oneofValue(fields, field);
    for (const child of messagesIn(holder, field.fieldKind)) collectFrom(field.message, child, collect);
  }
}

function oneofValue(fields: Fields, field: { readonly localName: string; readonly oneof?: unknown }): unknown {
  const { localName } = field.oneof as { localName: string };
  const set = fields[localName] as { readonly case?: string; readonly value?: unknown };
  return set.case === field.localName ? set.value : undefined;
}

function messagesIn(holder: unknown, kind: string): readonly Message[] {
  if (holder === undefined || holder === null) return [];
  if (kind === 'list') return holder as Message[];
  if (kind === 'map') return Object.values(holder as Record<string, Message>);
  // Wrappers such as UInt32Value are plain values in protobuf-es; they name nothing.
  return typeof holder === 'object' ? [holder as Message] : [];
}

/** The strings at a path of field numbers, read without a schema. */
function stringsAt(body: Uint8Array, path: readonly number[]): string[] {
  const [wanted, ...rest] = path;
  const strings: string[] = [];
  const reader = new BinaryReader(body);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field !== wanted || wireType !== 2) reader.skip(wireType, field);
    else if (rest.length === 0) strings.push(reader.string());
    else strings.push(...stringsAt(reader.bytes(), rest));
  }
  return strings;
}
