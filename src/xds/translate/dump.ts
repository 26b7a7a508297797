import type { JsonValue } from '@bufbuild/protobuf';
import { type DescMessage, fromBinary, toJson } from '@bufbuild/protobuf';
import { messageTypes } from '../snapshot/message-types.ts';
import type { Resource } from '../snapshot/resource.ts';

/** One resource as a person reads it: what it is, and its content with the field names of Envoy's documentation. */
export interface DumpedResource {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly content: JsonValue;
}

const masked = '***';

/** Makes resources readable. Never shows a secret: what is masked is chosen by type, not by how a value looks. */
export function dump(resources: Iterable<Resource>): DumpedResource[] {
  return [...resources].map(({ typeUrl, name, version, body }) => {
    const type = typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
    const schema = messageTypes.getMessage(type);
    const content = schema === undefined ? `${body.length} bytes of an unknown type` : readable(schema, body);
    return { type, name, version, content };
  });
}

function readable(schema: DescMessage, body: Uint8Array): JsonValue {
  const json = toJson(schema, fromBinary(schema, body), { registry: messageTypes, useProtoFieldName: true });
  const paths = secretFields.get(schema.typeName) ?? [];
  return paths.reduce((content, path) => mask(content, path), json);
}

/** Fields that hold a secret, by type of resource. `*` stands for every element of a list. */
const secretFields = new Map<string, readonly (readonly string[])[]>([
  [
    'envoy.extensions.transport_sockets.tls.v3.Secret',
    [
      ['generic_secret', 'secret'],
      ['generic_secret', 'secrets'],
      ['tls_certificate', 'private_key'],
      ['tls_certificate', 'pkcs12'],
      ['tls_certificate', 'password'],
      ['session_ticket_keys', 'keys'],
    ],
  ],
  ['envoy.config.core.v3.TypedExtensionConfig', [['typed_config', 'credentials', '*', 'key']]],
  ['sluice.program.v1.ApiKey', [['sha256'], ['credentials', '*', 'value']]],
  ['sluice.program.v1.SecretValue', [['value']]],
]);

function mask(value: JsonValue, [field, ...rest]: readonly string[]): JsonValue {
  if (field === undefined) return masked;
  if (field === '*') return Array.isArray(value) ? value.map((element) => mask(element, rest)) : value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const inner = value[field];
  return inner === undefined ? value : { ...value, [field]: mask(inner, rest) };
}
