import {
  create,
  type JsonObject,
  type JsonValue,
  type MessageInitShape,
  toBinary,
  type UnknownField,
} from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { HeaderMapSchema, HeaderValueSchema, MetadataSchema } from '../../../gen/envoy/config/core/v3/base_pb.js';
import {
  HttpBodySchema,
  HttpHeadersSchema,
  HttpTrailersSchema,
  type ProcessingRequest,
  ProcessingRequestSchema,
  ProtocolConfigurationSchema,
} from '../../../gen/envoy/service/ext_proc/v3/external_processor_pb.js';
import type { Random } from './random.ts';

export const headerNames = [':path', ':method', 'content-type', 'x-twice', 'cookie', 'authorization'] as const;
export const namespaces = ['envoy.filters.http.ext_proc', 'sluice.route', 'sluice.log', 'größe', ''] as const;
export const keys = ['xds.cluster_name', 'a', 'aa', 'ab', 'größe', 'emoji 😀', ''] as const;

/** A random `ProcessingRequest`, encoded by protobuf-es. */
export function randomRequest(random: Random): Buffer {
  const parts = [encode(random)];
  if (random.chance(4)) {
    // Encoded messages put behind each other are their merge.
    parts.push(encode(random));
  }
  if (random.chance(5)) {
    parts.unshift(unknownRecord(random));
  }
  return Buffer.concat(parts);
}

function encode(random: Random): Uint8Array {
  const request = create(ProcessingRequestSchema, { observabilityMode: random.chance(10) });
  request.request = member(random);
  if (random.chance(20)) {
    request.protocolConfig = withUnknown(
      random,
      create(ProtocolConfigurationSchema, {
        requestBodyMode: random.int(6),
        responseBodyMode: random.int(6),
        sendBodyWithoutWaitingForHeaderResponse: random.chance(50),
      }),
    );
  }
  if (random.chance(25)) {
    request.attributes = structs(random);
  }
  if (random.chance(25)) {
    request.metadataContext = withUnknown(
      random,
      create(MetadataSchema, {
        filterMetadata: structs(random),
        typedFilterMetadata: random.chance(20)
          ? { 'envoy.ai.token_usage': create(AnySchema, { typeUrl: 'type.googleapis.com/x', value: random.bytes() }) }
          : {},
      }),
    );
  }
  return toBinary(ProcessingRequestSchema, withUnknown(random, request));
}

function member(random: Random): ProcessingRequest['request'] {
  switch (random.int(13)) {
    case 0:
    case 1:
    case 2:
      return { case: 'requestHeaders', value: headers(random) };
    case 3:
    case 4:
    case 5:
      return { case: 'responseHeaders', value: headers(random) };
    case 6:
    case 7:
      return { case: 'requestBody', value: body(random) };
    case 8:
    case 9:
      return { case: 'responseBody', value: body(random) };
    case 10:
      return { case: 'requestTrailers', value: trailers(random) };
    case 11:
      return { case: 'responseTrailers', value: trailers(random) };
    default:
      return { case: undefined };
  }
}

function headers(random: Random) {
  const value = create(HttpHeadersSchema, { endOfStream: random.chance(40) });
  if (random.chance(95)) {
    value.headers = headerMap(random);
  }
  if (random.chance(3)) {
    value.attributes = structs(random);
  }
  return withUnknown(random, value);
}

function body(random: Random) {
  return withUnknown(
    random,
    create(HttpBodySchema, { body: random.bytes(), endOfStream: random.chance(50), drainComplete: random.chance(5) }),
  );
}

function trailers(random: Random) {
  const value = create(HttpTrailersSchema);
  if (random.chance(95)) {
    value.trailers = headerMap(random);
  }
  return withUnknown(random, value);
}

function headerMap(random: Random) {
  const map = create(HeaderMapSchema);
  map.headers = random.list(7, () => {
    const header: MessageInitShape<typeof HeaderValueSchema> = {
      key: random.chance(75) ? random.pick(headerNames) : random.token(),
      value: random.chance(30) ? random.text() : '',
      rawValue: random.chance(75) ? random.bytes() : new Uint8Array(),
    };
    return withUnknown(random, create(HeaderValueSchema, header));
  });
  return withUnknown(random, map);
}

function structs(random: Random): Record<string, JsonObject> {
  const found: Record<string, JsonObject> = {};
  for (const name of random.list(3, () => random.pick(namespaces))) {
    found[name] = randomObject(random, 3);
  }
  return found;
}

export function randomObject(random: Random, depth: number): JsonObject {
  const object: JsonObject = {};
  for (const key of random.list(4, () => (random.chance(80) ? random.pick(keys) : random.text()))) {
    object[key] = randomJson(random, depth);
  }
  return object;
}

function randomJson(random: Random, depth: number): JsonValue {
  switch (random.int(depth > 0 ? 9 : 7)) {
    case 0:
    case 1:
      return random.text();
    case 2:
      return random.int(1_000);
    case 3:
      return (random.int(0x7fffffff) - 0x3fffffff) / (1 + random.int(1_000));
    case 4:
      return random.pick([0, -0, 1e308, 5e-324, -1.5, 2 ** 53]);
    case 5:
      return random.chance(50);
    case 6:
      return null;
    case 7:
      return random.list(3, () => randomJson(random, depth - 1));
    default:
      return randomObject(random, depth - 1);
  }
}

/** Fields that no version of the schema has, as a later Envoy would send them. */
function withUnknown<T extends { $unknown?: UnknownField[] | undefined }>(random: Random, message: T): T {
  if (random.chance(6)) {
    message.$unknown = random.list(2, () => unknownField(random));
  }
  return message;
}

function unknownField(random: Random): UnknownField {
  const no = random.pick([90, 1_000, 70_000, 536_870_911]);
  switch (random.int(4)) {
    case 0:
      return {
        no,
        wireType: 0,
        data: random.pick([Buffer.of(0), Buffer.of(0x80, 1), Buffer.from(`${'ff'.repeat(9)}01`, 'hex')]),
      };
    case 1:
      return { no, wireType: 1, data: random.bytes(8) };
    case 2: {
      const bytes = random.bytes(random.int(100));
      return { no, wireType: 2, data: Buffer.concat([Buffer.of(bytes.length), bytes]) };
    }
    default:
      return { no, wireType: 5, data: random.bytes(4) };
  }
}

/** A whole unknown record, groups included: those only ever stand at the front. */
function unknownRecord(random: Random): Buffer {
  return random.pick([
    Buffer.of(0x08, 1),
    Buffer.from('0a03616263', 'hex'),
    // Group 20 with a varint and an inner group 21.
    Buffer.from('a3010801ab01ac01a401', 'hex'),
  ]);
}
