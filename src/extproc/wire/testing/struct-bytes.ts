import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';

/** A `google.protobuf.Struct` as protobuf-es writes it. */
export function structBytes(value: JsonObject): Buffer {
  return Buffer.from(toBinary(StructSchema, fromJson(StructSchema, value)));
}
