import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { ClusterSchema } from '../../../src/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../../src/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ApiKeySchema } from '../../../src/gen/sluice/program/v1/program_pb.js';
import type { Resource } from '../../../src/xds/snapshot/resource.ts';
import { contentVersion } from '../../../src/xds/snapshot/version.ts';

/** A resource of any message, as the control plane makes it. */
export function resourceOf<Desc extends DescMessage>(
  schema: Desc,
  name: string,
  init: MessageInitShape<Desc>,
): Resource {
  const body = toBinary(schema, create(schema, init));
  const typeUrl = `type.googleapis.com/${schema.typeName}`;
  return { typeUrl, name, version: contentVersion(body), body, origins: [`Test/${name}`] };
}

/** A cluster whose content depends on `seconds`. */
export function clusterOf(name: string, seconds = 1): Resource {
  return resourceOf(ClusterSchema, name, { name, connectTimeout: { seconds: BigInt(seconds) } });
}

export function assignmentOf(name: string): Resource {
  return resourceOf(ClusterLoadAssignmentSchema, name, { clusterName: name });
}

export function keyOf(name: string, team = ''): Resource {
  return resourceOf(ApiKeySchema, name, { contract: 1, name, team });
}
