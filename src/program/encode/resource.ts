import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { contentVersion } from '../../lib/hash.ts';

/**
 * One resource of the program. Structurally what an xDS snapshot holds; named here because the processor's side of the
 * contract must not depend on the server's.
 */
export interface ProgramResource {
  readonly typeUrl: string;
  readonly name: string;
  readonly version: string;
  readonly body: Uint8Array;
  readonly origins: readonly string[];
}

export function resourceOf<Desc extends DescMessage>(
  schema: Desc,
  name: string,
  origins: readonly string[],
  init: MessageInitShape<Desc>,
): ProgramResource {
  const body = toBinary(schema, create(schema, init));
  return { typeUrl: `type.googleapis.com/${schema.typeName}`, name, version: contentVersion(body), body, origins };
}
