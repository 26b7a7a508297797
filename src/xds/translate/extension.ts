import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';

export function packed<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): Any {
  return anyPack(schema, create(schema, init));
}

/** What Envoy calls a typed extension: a name for logs and statistics, and the message that selects the code. */
export interface Extension {
  readonly name: string;
  readonly typedConfig: Any;
}

export function extension<Desc extends DescMessage>(
  name: string,
  schema: Desc,
  init: MessageInitShape<Desc>,
): Extension {
  return { name, typedConfig: packed(schema, init) };
}

/** The same, for the older messages whose configuration is one of several kinds: filters, transport sockets, logs. */
export function asTypedConfig({ name, typedConfig }: Extension) {
  return { name, configType: { case: 'typedConfig', value: typedConfig } } as const;
}
