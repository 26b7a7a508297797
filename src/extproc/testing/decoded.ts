import { fromBinary, type JsonObject } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import {
  type ProcessingResponse,
  ProcessingResponseSchema,
} from '../../gen/envoy/service/ext_proc/v3/external_processor_pb.js';

/** What Envoy would read in a frame, without its prefix. */
export function decodedFrame(frame: Buffer): ProcessingResponse {
  return fromBinary(ProcessingResponseSchema, frame.subarray(5));
}

/** A Struct that was encoded by hand. */
export function decodedStruct(bytes: Buffer | undefined): JsonObject {
  const message = fromBinary(StructSchema, bytes ?? new Uint8Array());
  return Object.fromEntries(
    Object.entries(message.fields).map(([name, value]) => [name, plainValue(value)]),
  ) as JsonObject;
}

type Value = ReturnType<typeof fromBinary<typeof StructSchema>>['fields'][string];

function plainValue(value: Value): unknown {
  switch (value.kind.case) {
    case 'structValue':
      return Object.fromEntries(
        Object.entries(value.kind.value.fields).map(([name, inner]) => [name, plainValue(inner)]),
      );
    case 'listValue':
      return value.kind.value.values.map(plainValue);
    case 'nullValue':
      return null;
    default:
      return value.kind.value;
  }
}
