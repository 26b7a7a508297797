import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';

/**
 * Reads the Envoy API out of an Envoy binary. Every generated C++ message registers its serialized FileDescriptorProto,
 * so the binary carries its exact schema: what we generate from it cannot be of another version than what runs.
 *
 * A descriptor starts with field 1 (the file's name) followed by field 2 (its package). From each such place the
 * top-level fields are walked as long as they are plausible; what parses as a descriptor is one.
 */
export function readEnvoyDescriptors(binary: Buffer): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (let at = binary.indexOf('.proto'); at !== -1; at = binary.indexOf('.proto', at + 6)) {
    const end = at + 6;
    if (binary[end] !== 0x12) continue;
    const start = startOfName(binary, end);
    if (start === undefined) continue;
    const name = binary.toString('latin1', start.nameAt, end);
    if (found.has(name) || !/^(envoy|xds|udpa|validate|google\/api|google\/rpc|opentelemetry|cel)\//.test(name))
      continue;
    const bytes = binary.subarray(start.tagAt, endOfDescriptor(binary, start.tagAt));
    if (isDescriptorOf(name, bytes)) found.set(name, bytes);
  }
  return found;
}

/** Looks back from the end of a file name for its tag (0x0a) and length, which must agree with where the name ends. */
function startOfName(binary: Buffer, end: number): { tagAt: number; nameAt: number } | undefined {
  for (let nameAt = end - 8; nameAt > end - 200 && nameAt > 2; nameAt--) {
    const length = end - nameAt;
    if (length < 128 && binary[nameAt - 1] === length && binary[nameAt - 2] === 0x0a)
      return { tagAt: nameAt - 2, nameAt };
    if (
      length >= 128 &&
      binary[nameAt - 1] === length >> 7 &&
      binary[nameAt - 2] === ((length & 127) | 128) &&
      binary[nameAt - 3] === 0x0a
    ) {
      return { tagAt: nameAt - 3, nameAt };
    }
  }
  return undefined;
}

const lengthDelimited = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 12]);
const varints = new Set([10, 11, 14]);

function endOfDescriptor(binary: Buffer, start: number): number {
  let at = start;
  while (at < binary.length) {
    const [tag, afterTag] = readVarint(binary, at);
    const field = tag >> 3;
    const wireType = tag & 7;
    if (wireType === 2 && lengthDelimited.has(field)) {
      if (field === 1 && at !== start) return at;
      const [length, bodyAt] = readVarint(binary, afterTag);
      if (length > 2_000_000) return at;
      at = bodyAt + length;
    } else if (wireType === 0 && varints.has(field)) {
      at = readVarint(binary, afterTag)[1];
    } else {
      return at;
    }
  }
  return at;
}

function readVarint(binary: Buffer, at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = binary[at++] ?? 0;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  return [value, at];
}

function isDescriptorOf(name: string, bytes: Uint8Array): boolean {
  try {
    return fromBinary(FileDescriptorProtoSchema, bytes).name === name;
  } catch {
    return false;
  }
}
