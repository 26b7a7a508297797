import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { Resource } from '../snapshot/resource.ts';
import { contentVersion } from '../snapshot/version.ts';

/** Encodes one resource. The same content gives the same bytes, and so the same version on every replica. */
export function encode<Desc extends DescMessage>(
  schema: Desc,
  name: string,
  init: MessageInitShape<Desc>,
  origins: readonly string[],
): Resource {
  const body = toBinary(schema, create(schema, init));
  return { typeUrl: `type.googleapis.com/${schema.typeName}`, name, version: contentVersion(body), body, origins };
}
