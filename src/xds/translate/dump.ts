import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
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
  return withoutSecrets(json, schema.typeName);
}

/** Looks into every `Any` as well: a filter with a secret may stand deep inside of a cluster. */
function withoutSecrets(value: JsonValue, typeName: string | undefined): JsonValue {
  if (Array.isArray(value)) return value.map((element) => withoutSecrets(element, undefined));
  if (typeof value !== 'object' || value === null) return value;
  const url = value['@type'];
  const name = typeof url === 'string' ? url.slice(url.lastIndexOf('/') + 1) : typeName;
  const shown = (secretFields.get(name ?? '') ?? []).reduce(maskIn, value);
  return Object.fromEntries(Object.entries(shown).map(([field, each]) => [field, withoutSecrets(each, undefined)]));
}

/** Fields that hold a secret, by type of message. `*` stands for every element of a list. */
const secretFields = new Map<string, readonly (readonly [string, ...string[]])[]>([
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
  ['envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth', [['credentials', '*', 'key']]],
  [
    'envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning',
    [
      ['credential_provider', 'inline_credential', 'secret_access_key'],
      ['credential_provider', 'inline_credential', 'session_token'],
    ],
  ],
  ['sluice.program.v1.ApiKey', [['sha256'], ['credentials', '*', 'value']]],
  ['sluice.program.v1.SecretValue', [['value']]],
]);

function mask(value: JsonValue, path: readonly string[]): JsonValue {
  const [field, ...rest] = path;
  if (field === undefined) return masked;
  if (field === '*') return Array.isArray(value) ? value.map((element) => mask(element, rest)) : value;
  return typeof value !== 'object' || value === null || Array.isArray(value) ? value : maskIn(value, [field, ...rest]);
}

function maskIn(object: JsonObject, [field, ...rest]: readonly [string, ...string[]]): JsonObject {
  const inner = object[field];
  return inner === undefined ? object : { ...object, [field]: mask(inner, rest) };
}
