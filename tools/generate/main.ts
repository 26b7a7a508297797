/**
 * Writes `src/gen`: the Envoy API as the pinned Envoy carries it, and our own protos. Does nothing when the inputs have
 * not changed since the last run.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from '@bufbuild/protobuf/wkt';
import { findEnvoy } from '../../src/envoy/binary.ts';
import { readEnvoyDescriptors } from './envoy-descriptors.ts';

process.chdir(join(import.meta.dirname, '../..'));

const output = 'src/gen';
const image = 'node_modules/.cache/sluice/envoy-api.binpb';
const stamp = `${output}/.stamp`;

const envoy = await findEnvoy(process.env, () => console.log('generate: fetching Envoy (about 37 MB, once)'));
if (!envoy.ok) {
  console.error(`generate: ${envoy.error}`);
  process.exit(1);
}

const inputs = createHash('sha256').update(envoy.value.version);
for (const file of [
  'buf.gen.yaml',
  'package-lock.json',
  ...globSync(['proto/**/*.proto', 'tools/generate/*.ts']).sort(),
]) {
  inputs.update(file).update(readFileSync(file));
}
const key = inputs.digest('hex');
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) process.exit(0);

const descriptors = readEnvoyDescriptors(readFileSync(envoy.value.path));
const wellKnown = [
  file_google_protobuf_any,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
].map((file) => toBinary(FileDescriptorProtoSchema, file.proto));

// Field 1 of a FileDescriptorSet, repeated: the raw bytes are wrapped as they are, so that nothing of an option that
// protobuf-es does not know (validate, udpa) can get lost on the way.
const parts: Uint8Array[] = [];
for (const file of [...wellKnown, ...[...descriptors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bytes]) => bytes)]) {
  parts.push(Buffer.from([0x0a]), varint(file.length), file);
}
mkdirSync('node_modules/.cache/sluice', { recursive: true });
writeFileSync(image, Buffer.concat([toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema)), ...parts]));
execFileSync('node_modules/.bin/buf', ['generate'], { stdio: 'inherit' });
writeFileSync(stamp, key);
console.log(`generate: ${descriptors.size} API files of Envoy ${envoy.value.version} and our own protos → ${output}`);

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
