import { fromBinary } from '@bufbuild/protobuf';
import { ProviderSchema } from '../gen/sluice/program/v1/program_pb.js';
import { getOrCreate } from '../lib/get-or-create.ts';

const names = new WeakMap<object, string>();

/** The Envoy cluster that a Provider resource of the program names. */
export function providerCluster(resource: { readonly body: Uint8Array }): string {
  return getOrCreate(names, resource, () => fromBinary(ProviderSchema, resource.body).cluster);
}
